//! The source as the compiler divides it: files, the modules they are, and what those declare and import.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::paths::{self, Found};

/// A module's path from the crate's root: `smb2`, `create`.
pub(crate) type Module = Vec<String>;

/// One file of the source.
pub(crate) struct File {
    /// Its path in `src/`.
    pub(crate) path: String,
    /// The module that it is.
    pub(crate) module: Module,
    /// What is in it.
    pub(crate) syntax: syn::File,
    /// The paths written in it.
    pub(crate) found: Found,
    /// True if it is built for tests alone.
    pub(crate) is_test: bool,
}

/// All files, and where names lead.
pub(crate) struct Source {
    pub(crate) files: Vec<File>,
    modules: HashMap<Module, usize>,
    uses: HashMap<(Module, String), Module>,
    globs: HashMap<Module, Vec<Module>>,
}

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// To something declared in this file, by its index.
    File(usize),
    /// To a name at the crate's root that no file is.
    Nowhere(String),
}

impl Source {
    /// The source of this crate.
    pub(crate) fn of_this_crate() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        read(&root, &root, &mut files);
        files.sort();
        Self::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
    }

    /// Files given by their paths in `src/` and their texts.
    pub(crate) fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut source =
            Self { files: Vec::new(), modules: HashMap::new(), uses: HashMap::new(), globs: HashMap::new() };
        for (path, text) in files {
            source.add(path, text);
        }
        let tests: Vec<Module> =
            source.files.iter().flat_map(|file| file.found.test_modules.iter().cloned()).collect();
        for file in &mut source.files {
            file.is_test = tests.iter().any(|module| file.module.starts_with(module));
        }
        source.learn_imports();
        source
    }

    fn add(&mut self, path: &str, text: &str) {
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let module = module_of(path);
        let found = paths::in_file(&syntax, &module);
        let index = self.files.len();
        for inner in found.modules.iter().chain([&module]) {
            self.modules.insert(inner.clone(), index);
        }
        self.files.push(File { path: path.to_owned(), module, syntax, found, is_test: false });
    }

    /// Notes what each name that a `use` brings in stands for.
    fn learn_imports(&mut self) {
        for file in &self.files {
            for import in &file.found.imports {
                let Some(path) = self.absolute(&import.module, &import.segments) else { continue };
                if import.is_glob {
                    self.globs.entry(import.module.clone()).or_default().push(path);
                } else {
                    self.uses.insert((import.module.clone(), import.name.clone()), path);
                }
            }
        }
    }

    /// A path written in `module`, from the crate's root. Nothing if it leads out of the crate, or to a name that is
    /// neither a module nor imported.
    fn absolute(&self, module: &[String], segments: &[String]) -> Option<Module> {
        let (first, rest) = segments.split_first()?;
        let start = match first.as_str() {
            "crate" => Vec::new(),
            "self" => module.to_vec(),
            "super" => {
                let (_, parent) = module.split_last()?;
                let above = rest.iter().take_while(|name| *name == "super").count();
                let parent = parent.get(..parent.len().checked_sub(above)?)?;
                return Some([parent, &rest[above..]].concat());
            }
            name => {
                let child = [module, &[name.to_owned()]].concat();
                let import = self.uses.get(&(module.to_vec(), name.to_owned()));
                if self.modules.contains_key(&child) { child } else { import?.clone() }
            }
        };
        Some([start.as_slice(), rest].concat())
    }

    /// Where a path written in `module` leads: to the file that declares what it names, through all re-exports.
    pub(crate) fn target(&self, module: &[String], segments: &[String]) -> Option<Target> {
        self.declared(&self.absolute(module, segments)?, 8)
    }

    fn declared(&self, path: &[String], hops: usize) -> Option<Target> {
        let depth = (0..=path.len()).rev().find(|depth| self.modules.contains_key(&path[..*depth]))?;
        let (module, rest) = path.split_at(depth);
        let file = self.modules[module];
        let Some((name, after)) = rest.split_first() else { return Some(Target::File(file)) };
        let import = self.uses.get(&(module.to_vec(), name.clone())).filter(|_| hops > 0);
        if let Some(import) = import {
            return self.declared(&[import.as_slice(), after].concat(), hops - 1);
        }
        let declared = self.files[file].found.declared.contains(&(module.to_vec(), name.clone()));
        if !declared && hops > 0 {
            for glob in self.globs.get(module).into_iter().flatten() {
                let through = self.declared(&[glob.as_slice(), rest].concat(), hops - 1);
                if let Some(Target::File(there)) = through
                    && there != file
                {
                    return through;
                }
            }
        }
        if module.is_empty() && !declared {
            Some(Target::Nowhere(name.clone()))
        } else {
            Some(Target::File(file))
        }
    }
}

impl File {
    /// The floor that it belongs to.
    pub(crate) fn floor(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }
}

/// The module that a file is, by its path in `src/`.
fn module_of(path: &str) -> Module {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

fn read(root: &Path, directory: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}
