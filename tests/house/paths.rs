//! The paths that are written in a file: in its imports, its code and its macros, and what the file declares.

use std::collections::HashSet;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, Meta, UseTree, Visibility};

use crate::source::Module;

/// What a file's text holds.
#[derive(Default)]
pub(crate) struct Found {
    /// What each `use` brings in.
    pub(crate) imports: Vec<Import>,
    /// Paths in the code.
    pub(crate) mentions: Vec<Mention>,
    /// The inline modules.
    pub(crate) modules: Vec<Module>,
    /// The modules, inline or in files of their own, that are built for tests alone.
    pub(crate) test_modules: Vec<Module>,
    /// The items, each with the module that it is in.
    pub(crate) declared: HashSet<(Module, String)>,
}

/// One name that a `use` brings in.
pub(crate) struct Import {
    pub(crate) line: usize,
    pub(crate) module: Module,
    pub(crate) segments: Vec<String>,
    /// The name it has here.
    pub(crate) name: String,
    pub(crate) is_glob: bool,
    /// True if others may import it from here.
    pub(crate) is_export: bool,
    pub(crate) is_test: bool,
}

/// A path in the code.
pub(crate) struct Mention {
    pub(crate) line: usize,
    pub(crate) module: Module,
    pub(crate) segments: Vec<String>,
    pub(crate) is_test: bool,
}

/// Finds what is in a file that is `module`.
pub(crate) fn in_file(syntax: &syn::File, module: &Module) -> Found {
    let mut finder = Finder { found: Found::default(), module: module.clone(), is_test: false };
    finder.visit_file(syntax);
    finder.found
}

struct Finder {
    found: Found,
    module: Module,
    is_test: bool,
}

impl Finder {
    fn mention(&mut self, line: usize, segments: Vec<String>) {
        let Self { module, is_test, .. } = self;
        self.found.mentions.push(Mention { line, module: module.clone(), segments, is_test: *is_test });
    }

    fn import(&mut self, tree: &UseTree, before: &[String], is_export: bool) {
        let (ident, alias, is_glob) = match tree {
            UseTree::Path(path) => {
                let before = [before, &[path.ident.to_string()]].concat();
                return self.import(&path.tree, &before, is_export);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, before, is_export));
            }
            UseTree::Name(name) => (Some(&name.ident), None, false),
            UseTree::Rename(rename) => (Some(&rename.ident), Some(&rename.rename), false),
            UseTree::Glob(_) => (None, None, true),
        };
        let mut segments = before.to_vec();
        segments.extend(ident.map(ToString::to_string).filter(|name| name != "self"));
        let name = alias.map(ToString::to_string).or_else(|| segments.last().cloned()).unwrap_or_default();
        let line = syn::spanned::Spanned::span(tree).start().line;
        let (module, is_test) = (self.module.clone(), self.is_test);
        self.found.imports.push(Import { line, module, segments, name, is_glob, is_export, is_test });
    }

    /// Finds paths in the tokens of a macro, which need not be Rust.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(first) => {
                    let line = first.span().start().line;
                    let mut segments = vec![first.to_string()];
                    while is_path_separator(&tokens, at) {
                        match tokens.get(at + 2) {
                            Some(TokenTree::Ident(next)) => segments.push(next.to_string()),
                            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                                self.group(group.stream(), &segments);
                                segments.clear();
                            }
                            _ => break,
                        }
                        at += 3;
                    }
                    if !segments.is_empty() {
                        self.mention(line, segments);
                    }
                }
                _ => {}
            }
        }
    }

    /// The group at the end of a `use` in a macro.
    fn group(&mut self, tokens: TokenStream, before: &[String]) {
        let start = self.found.imports.len();
        if let Ok(tree) =
            syn::parse2::<UseTree>(TokenTree::from(proc_macro2::Group::new(Delimiter::Brace, tokens)).into())
        {
            self.import(&tree, before, false);
        }
        for import in self.found.imports.split_off(start) {
            self.mention(import.line, import.segments);
        }
    }

    fn visit_in<T>(&mut self, is_test: bool, of: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.is_test;
        self.is_test |= is_test;
        let done = of(self);
        self.is_test = before;
        done
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_item(&mut self, item: &'a Item) {
        if let Some((name, attributes)) = named(item) {
            self.found.declared.insert((self.module.clone(), name));
            return self.visit_in(is_test(attributes), |finder| visit::visit_item(finder, item));
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        self.module.push(item.ident.to_string());
        if item.content.is_some() {
            self.found.modules.push(self.module.clone());
        }
        if is_test(&item.attrs) {
            self.found.test_modules.push(self.module.clone());
        }
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        let is_export = !matches!(item.vis, Visibility::Inherited);
        self.visit_in(is_test(&item.attrs), |finder| finder.import(&item.tree, &[], is_export));
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        self.visit_in(is_test(&function.attrs), |finder| visit::visit_impl_item_fn(finder, function));
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let line = syn::spanned::Spanned::span(path).start().line;
        self.mention(line, path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_vis_restricted(&mut self, _: &'a syn::VisRestricted) {}

    fn visit_macro(&mut self, call: &'a Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    /// Paths in the strings of attributes: `#[serde(serialize_with = "crate::wire::serialise::hex")]`.
    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        let Meta::List(list) = &attribute.meta else { return };
        for token in list.tokens.clone() {
            let TokenTree::Literal(literal) = token else { continue };
            let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) else { continue };
            if let Ok(path) = text.parse::<syn::Path>() {
                let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                self.mention(literal.span().start().line, segments);
            }
        }
    }
}

/// True if two colons stand at a place.
fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize| match tokens.get(at) {
        Some(TokenTree::Punct(punct)) if punct.as_char() == ':' => Some(punct.spacing()),
        _ => None,
    };
    colon(at) == Some(Spacing::Joint) && colon(at + 1).is_some()
}

/// The name that an item declares, and its attributes.
fn named(item: &Item) -> Option<(String, &[Attribute])> {
    let (ident, attributes) = match item {
        Item::Const(item) => (&item.ident, &item.attrs),
        Item::Enum(item) => (&item.ident, &item.attrs),
        Item::Fn(item) => (&item.sig.ident, &item.attrs),
        Item::Macro(item) => (item.ident.as_ref()?, &item.attrs),
        Item::Mod(item) => (&item.ident, &item.attrs),
        Item::Static(item) => (&item.ident, &item.attrs),
        Item::Struct(item) => (&item.ident, &item.attrs),
        Item::Trait(item) => (&item.ident, &item.attrs),
        Item::Type(item) => (&item.ident, &item.attrs),
        Item::Union(item) => (&item.ident, &item.attrs),
        Item::Impl(item) if is_test(&item.attrs) => return Some((String::new(), &item.attrs)),
        _ => return None,
    };
    Some((ident.to_string(), attributes))
}

/// True for `#[cfg(test)]` and `#[test]`.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::NameValue(_) => false,
    })
}
