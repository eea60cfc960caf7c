//! A public parser has one of two forms, which `smbscope::error` describes: it gives what follows the structure, as parsers
//! of nom do, or it takes the whole message.

use syn::visit::{self, Visit};
use syn::{
    FnArg, GenericArgument, ImplItemFn, ItemImpl, PathArguments, ReturnType, Type, TypePath, Visibility,
};

use crate::source::{File, Source};

/// Functions of these names are parsers.
const NAMES: [&str; 2] = ["parse", "read"];

/// Public functions that read and have another form.
pub(crate) fn faults(source: &Source) -> Vec<String> {
    source.files.iter().filter(|file| !file.is_test).flat_map(in_file).collect()
}

#[test]
fn other_forms_are_found() {
    let count = |text: &str| faults(&Source::new([("a.rs", text)])).len();
    assert_eq!(count("impl A { pub fn parse(input: &[u8]) -> Parsed<'_, Self> { f() } }"), 0);
    assert_eq!(count("impl A { pub fn parse(message: &[u8]) -> Result<Self, ParseError> { f() } }"), 0);
    assert_eq!(
        count("impl A { pub fn parse(m: &Message<'a>, asked: B) -> Result<Self, ParseError> { f() } }"),
        0
    );
    assert_eq!(count("impl A { pub fn read(class: C, bytes: &[u8]) -> Self { f() } }"), 0, "it cannot fail");
    assert_eq!(
        count("impl A { pub fn parse(input: &[u8]) -> Result<(&[u8], Self), ParseError> { f() } }"),
        1
    );
    assert_eq!(count("impl A { pub fn parse(input: &[u8], more: u8) -> Parsed<'_, Self> { f() } }"), 1);
    assert_eq!(count("impl A { pub fn parse(input: &[u8]) -> Option<Self> { f() } }"), 1);
    assert_eq!(count("impl A { pub fn read(input: &[u8]) -> Read<'_, Self> { f() } }"), 1);
    assert_eq!(count("impl A { pub(crate) fn read(input: &[u8]) -> Read<'_, Self> { f() } }"), 0);
}

fn in_file(file: &File) -> Vec<String> {
    let mut finder = Finder { path: &file.path, found: Vec::new() };
    finder.visit_file(&file.syntax);
    finder.found
}

struct Finder<'p> {
    path: &'p str,
    found: Vec<String>,
}

impl<'a> Visit<'a> for Finder<'_> {
    /// What a trait demands is its own.
    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        if item.trait_.is_none() {
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'a ImplItemFn) {
        let name = function.sig.ident.to_string();
        let is_method = matches!(function.sig.inputs.first(), Some(FnArg::Receiver(_)));
        let is_public = matches!(function.vis, Visibility::Public(_));
        if is_public && !is_method && NAMES.contains(&name.as_str()) && !is_known_form(function) {
            let line = function.sig.ident.span().start().line;
            self.found.push(format!("src/{}:{line}: a parser of another form", self.path));
        }
    }
}

fn is_known_form(function: &ImplItemFn) -> bool {
    let ReturnType::Type(_, gives) = &function.sig.output else { return false };
    let Type::Path(TypePath { path, .. }) = &**gives else { return false };
    let Some(last) = path.segments.last() else { return false };
    let of: Vec<String> = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().filter_map(name).collect(),
        _ => Vec::new(),
    };
    match (last.ident.to_string().as_str(), of.as_slice()) {
        ("Parsed", [of]) => of == "Self" && function.sig.inputs.len() == 1,
        ("Result", [of, error]) => of == "Self" && error == "ParseError",
        ("Self", []) => true,
        _ => false,
    }
}

/// The name of a type that is an argument; lifetimes have none.
fn name(argument: &GenericArgument) -> Option<String> {
    match argument {
        GenericArgument::Type(Type::Path(TypePath { path, .. })) => {
            Some(path.segments.last()?.ident.to_string())
        }
        GenericArgument::Type(_) => Some(String::new()),
        _ => None,
    }
}
