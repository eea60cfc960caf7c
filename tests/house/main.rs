//! The order of the house: data rises one floor at a time, so a floor imports only from floors below it, and inside a
//! floor no file imports, by whatever detour, a file that imports it.

mod circles;
mod floors;
mod functions;
mod parsers;
mod paths;
mod source;

use source::Source;

#[test]
fn the_source_keeps_the_order_of_the_house() {
    let source = Source::of_this_crate();
    let imports: usize = source.files.iter().map(|file| file.found.imports.len()).sum();
    assert!(imports > 1000, "only {imports} imports found: is this the source?");
    let checks = [floors::faults, circles::faults, functions::faults, parsers::faults];
    let faults = checks.map(|faults| faults(&source)).concat();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}
