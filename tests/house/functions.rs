//! A function fits on a screen, unless it is a table.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ImplItemFn, ItemFn, ItemMod, Signature, Stmt, TraitItemFn};

use crate::paths::is_test;
use crate::source::Source;

/// How many lines a function may have, from its name to its last brace.
const LINES: usize = 60;

/// How many lines an entry of a table may have.
const ENTRY: usize = 6;

/// Functions that are longer still. The list only shrinks.
const NOT_YET: [&str; 10] = [
    "dissect/message.rs of",
    "dissect/rpc.rs of",
    "fscc/fsctl.rs input_of",
    "fscc/fsctl.rs output_of",
    "rap/calls.rs fields",
    "rap/logon.rs body",
    "report/text/story.rs steps",
    "session/pipe.rs request",
    "smb1/trans2.rs request",
    "smb2/bodies.rs parse",
];

/// Functions that are too long, and those of [`NOT_YET`] that are not.
pub(crate) fn faults(source: &Source) -> Vec<String> {
    let files = source.files.iter().filter(|file| !file.is_test);
    let long: Vec<Long> = files.flat_map(|file| long(&file.path, &file.syntax)).collect();
    let wrong = long.iter().filter(|function| !NOT_YET.contains(&function.name.as_str()));
    let wrong =
        wrong.map(|Long { name, lines }| format!("src/{name}: {lines} lines, {LINES} fit on a screen"));
    let mended = NOT_YET.iter().filter(|name| !long.iter().any(|function| function.name == **name));
    wrong.chain(mended.map(|name| format!("src/{name} fits on a screen now: take it from NOT_YET"))).collect()
}

#[test]
fn a_long_function_is_found_and_a_table_is_none() {
    let names = |text: String| -> Vec<String> {
        let file = syn::parse_file(&text).unwrap();
        long("a.rs", &file).into_iter().map(|function| function.name).collect()
    };
    let steps = "    step();\n".repeat(LINES);
    let short = "    step();\n".repeat(LINES - 2);
    let arms = "        1 => 2,\n".repeat(LINES);
    let work = format!("        1 => {{\n{}}}\n", "            step();\n".repeat(ENTRY));
    assert_eq!(names(format!("fn f() {{\n{steps}}}")), ["a.rs f"]);
    assert_eq!(names(format!("fn f() {{\n{short}}}")), [""; 0]);
    assert_eq!(names(format!("impl A {{ fn f() {{\n{steps}}} }}")), ["a.rs f"]);
    assert_eq!(names(format!("trait A {{ fn f() {{\n{steps}}} }}")), ["a.rs f"]);
    assert_eq!(names(format!("fn f() -> u8 {{\n    match x {{\n{arms}    }}\n}}")), [""; 0], "a table");
    assert_eq!(names(format!("fn f() -> A {{\n    Ok(match x {{\n{arms}    }})\n}}")), [""; 0], "a table");
    assert_eq!(names(format!("fn f() -> u8 {{\n    match x {{\n{arms}{work}    }}\n}}")), ["a.rs f"]);
    assert_eq!(names(format!("fn f() {{\n    step();\n    match x {{\n{arms}    }}\n}}")), ["a.rs f"]);
    assert_eq!(
        names(format!("const F: u8 = {{ fn f() -> [u8; 9] {{\n [\n{} ]\n}} 1 }};", " 1,\n".repeat(99))),
        [""; 0]
    );
    assert_eq!(names(format!("#[cfg(test)] mod tests {{ fn f() {{\n{steps}}} }}")), [""; 0], "a test");
}

struct Long {
    name: String,
    lines: usize,
}

/// The functions of a file that are too long.
fn long(path: &str, file: &syn::File) -> Vec<Long> {
    let mut finder = Finder { path, found: Vec::new() };
    finder.visit_file(file);
    finder.found
}

struct Finder<'p> {
    path: &'p str,
    found: Vec<Long>,
}

impl Finder<'_> {
    fn function(&mut self, signature: &Signature, block: &Block) {
        let lines = lines(signature.span().join(block.span()).unwrap_or_else(|| block.span()));
        if lines > LINES && !is_table(block) {
            self.found.push(Long { name: format!("{} {}", self.path, signature.ident), lines });
        }
    }
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }
}

fn lines(span: Span) -> usize {
    span.end().line - span.start().line + 1
}

/// True if a function's body is one expression that lists short entries: a `match`, an array or a structure. Imports may
/// stand before it.
fn is_table(block: &Block) -> bool {
    let mut statements = block.stmts.iter().filter(|statement| !matches!(statement, Stmt::Item(_)));
    let (Some(Stmt::Expr(body, None)), None) = (statements.next(), statements.next()) else { return false };
    entries(body).is_some_and(|entries| entries.into_iter().all(|entry| lines(entry) <= ENTRY))
}

fn entries(body: &Expr) -> Option<Vec<Span>> {
    match body {
        Expr::Match(table) => Some(table.arms.iter().map(|arm| arm.body.span()).collect()),
        Expr::Array(table) => Some(table.elems.iter().map(Spanned::span).collect()),
        Expr::Struct(table) => Some(table.fields.iter().map(Spanned::span).collect()),
        Expr::Reference(table) => entries(&table.expr),
        Expr::Call(around) if around.args.len() == 1 => entries(around.args.first()?),
        _ => None,
    }
}
