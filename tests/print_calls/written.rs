//! Stubs written by the types of the parameters: every value another number, every text another text, every pointer
//! set. Alignment and the order of what is deferred follow C706 14 and \[MS-RPCE\] 2.2.5, apart from the library's reader.

use smbscope::dcerpc::ndr::{By, Direction, Encoding, Meaning, Member, Parameter, Syntax, Type, Union};

use crate::leaves::{Leaf, hex, is_halves};

/// A stub and the values that were written, in the order of the parameters.
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    pub(crate) leaves: Vec<(String, Leaf)>,
}

/// Writes the stub of one direction. `arm` says which arm of a union, counted from the first.
/// What lies between values is `padding`.
pub(crate) fn write(
    parameters: &[Parameter],
    is_request: bool,
    encoding: Encoding,
    arm: usize,
    padding: u8,
) -> Written {
    let members: Vec<Member> = parameters
        .iter()
        .filter(|parameter| match parameter.direction {
            Direction::In => is_request,
            Direction::Out => !is_request,
            _ => true,
        })
        .map(|parameter| parameter.member)
        .collect();
    let mut maker = Maker { next: 0x21, arm };
    let mut values = maker.members(&members);
    // What a request says of the size of arrays in the response is true.
    if is_request {
        let given = parameters.iter().filter(|parameter| parameter.direction == Direction::Out);
        for Parameter { member: given, .. } in given {
            let (name, size) = match given.by {
                Some(By::Count(name)) => (name, 1),
                Some(By::Size(name)) => (name, 2),
                _ => continue,
            };
            if let Some(place) = members.iter().position(|member| member.name == name) {
                values[place] = Made::Number(maker.make(&given.of).count(&given.of) * size);
            }
        }
    }
    // Buffers of information are empty.
    for (_, value) in members.iter().zip(&mut values).filter(|(member, _)| EMPTY.contains(&member.name)) {
        *value = Made::Number(0);
    }
    let mut writer = Writer { bytes: Vec::new(), encoding, referent: 0x0002_0000, padding };
    for (member, value) in members.iter().zip(&values) {
        writer.whole(&member.of, value);
    }
    let mut leaves = Vec::new();
    members.iter().zip(&values).for_each(|(member, value)| value.leaves(member.name, &mut leaves));
    if !is_request {
        writer.number(0, 4);
        leaves.push(("return".to_owned(), Leaf::Integer(0)));
    }
    Written { bytes: writer.bytes, leaves }
}

/// Parameters that count the entries of a buffer of information.
const EMPTY: [&str; 2] = ["pcReturned", "pnEnumValues"];

/// Sizes that are the same as another one here.
const COPIES: [(&str, &str); 2] = [("MaximumLength", "Length"), ("lpcbData", "lpcbLen")];

/// Pointers of `LSAPR_OBJECT_ATTRIBUTES` that are always null, and that Samba takes for something else.
const NULLS: [&str; 3] = ["RootDirectory", "ObjectName", "SecurityDescriptor"];

/// As many as the union of most arms in the parameters has; 1 if there is none.
pub(crate) fn arms(parameters: &[Parameter]) -> usize {
    fn arms(of: &Type) -> usize {
        match of {
            Type::Unique(of) | Type::Array(of) | Type::Varying(of) | Type::Fixed(of, _) => arms(of),
            Type::Struct(members) => members.iter().map(|member| arms(&member.of)).max().unwrap_or(1),
            Type::Union(union) => {
                union.arms.len().max(union.arms.iter().map(|arm| arms(&arm.of)).max().unwrap_or(1))
            }
            _ => 1,
        }
    }
    parameters.iter().map(|parameter| arms(&parameter.member.of)).max().unwrap_or(1)
}

/// A value to write.
#[derive(Debug, Clone)]
enum Made {
    Null,
    Number(u64),
    /// Characters, of one byte or two, with their NUL.
    Text(String),
    Bytes(Vec<u8>),
    /// Bytes that are nothing but bytes, whatever their number.
    Opaque(Vec<u8>),
    /// The sub-authorities of a SID.
    Sid(Vec<u32>),
    Members(Vec<(&'static str, Made)>),
    Arm(&'static Union, usize, Box<Made>),
    List(Vec<Made>),
}

fn is_system_time(of: &[Member]) -> bool {
    of.first().is_some_and(|first| first.name == "wYear")
}

/// Makes values: numbers that all differ, and that agree with what they count.
struct Maker {
    next: u64,
    arm: usize,
}

impl Maker {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn members(&mut self, members: &[Member]) -> Vec<Made> {
        let attributes = members.iter().any(|member| member.name == "RootDirectory");
        let mut values: Vec<Made> = members
            .iter()
            .map(|member| match member.name {
                name if attributes && NULLS.contains(&name) => Made::Null,
                _ => self.make(&member.of),
            })
            .collect();
        for (place, member) in members.iter().enumerate() {
            let (name, number) = match member.by {
                Some(By::Count(name)) => (name, values[place].count(&member.of)),
                Some(By::Size(name)) => (name, values[place].count(&member.of) * 2),
                Some(By::Switch(name, _)) => match &values[place] {
                    Made::Arm(union, arm, _) => (name, union.arms[*arm].tag.into()),
                    _ => continue,
                },
                _ => continue,
            };
            if let Some(other) = members.iter().position(|other| other.name == name) {
                values[other] = Made::Number(number);
            }
        }
        // Sizes that say the same once more.
        for (copy, of) in COPIES {
            let place = |name: &str| members.iter().position(|member| member.name == name);
            if let (Some(copy), Some(of)) = (place(copy), place(of)) {
                values[copy] = values[of].clone();
            }
        }
        values
    }

    fn make(&mut self, of: &Type) -> Made {
        match of {
            Type::U8 | Type::U16 | Type::Named16(_) | Type::NamedBy(_) | Type::I16 | Type::Enum(_) => {
                Made::Number(self.number() & 0xff)
            }
            Type::F32 => Made::Number(f32::to_bits(1.5).into()),
            Type::Handle | Type::Guid => {
                let number = self.number().to_le_bytes()[0];
                Made::Bytes(
                    (0..if matches!(of, Type::Handle) { 20 } else { 16 }).map(|n| n ^ number).collect(),
                )
            }
            Type::MultiText => {
                let number = self.number();
                Made::Text(format!("text {number}\0more\0\0"))
            }
            Type::Text | Type::Ascii | Type::VaryingAscii | Type::Wide => {
                let number = self.number();
                Made::Text(format!("text {number}\0"))
            }
            Type::Characters(count) => {
                let number = self.number();
                let text = format!("{:\0<1$}", format!("t{number}"), count);
                Made::Text(text.chars().take(*count).collect())
            }
            // A number that says nothing; Samba takes it for a pointer.
            Type::Offset(_) => Made::Number(0),
            // What these mean is written elsewhere.
            Type::Unique(Type::Bytes(Meaning::Known(_)) | Type::VaryingBytes(Meaning::Known(_))) => {
                Made::Null
            }
            Type::Sid => Made::Sid((0..3).map(|_| u32::try_from(self.number()).unwrap()).collect()),
            Type::VaryingBytes(_) => {
                let number = self.number().to_le_bytes()[0];
                Made::Opaque(vec![number, 0xfe, number])
            }
            Type::Opaque(count) => {
                let number = self.number().to_le_bytes()[0];
                Made::Opaque((0..*count).map(|place| number ^ place.to_le_bytes()[0]).collect())
            }
            Type::Unique(of) => self.make(of),
            Type::Struct(members) if is_system_time(members) => {
                let minute = self.number() % 60;
                let time = [2023, 7, 1, 10, 12, minute, 31, 0].map(Made::Number);
                Made::Members(members.iter().map(|member| member.name).zip(time).collect())
            }
            // Seconds of 2023, in 100 ns since 1601.
            Type::FileTime => Made::Number((13_333_333_333 + self.number()) * 10_000_000),
            Type::Struct(members) => {
                let values = self.members(members);
                Made::Members(members.iter().map(|member| member.name).zip(values).collect())
            }
            Type::Union(union) => {
                let arm = self.arm % union.arms.len();
                Made::Arm(union, arm, Box::new(self.make(&union.arms[arm].of)))
            }
            Type::Array(of) | Type::Varying(of) => Made::List((0..2).map(|_| self.make(of)).collect()),
            Type::Fixed(of, count) => Made::List((0..*count).map(|_| self.make(of)).collect()),
            Type::Bytes(Meaning::Known(_)) => Made::Bytes(Vec::new()),
            Type::Bytes(_) => {
                let number = self.number().to_le_bytes()[0];
                Made::Bytes(vec![number, 0xfe, number])
            }
            _ => Made::Number(self.number()),
        }
    }
}

impl Made {
    /// The number of its elements.
    fn count(&self, of: &Type) -> u64 {
        let count = match self {
            Self::Null => 0,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) | Self::Opaque(bytes) => bytes.len(),
            Self::List(list) => list.len(),
            other => panic!("{other:?} of {of:?}"),
        };
        count.try_into().unwrap()
    }

    fn leaves(&self, name: &str, leaves: &mut Vec<(String, Leaf)>) {
        let leaf = match self {
            Self::Number(number) => Leaf::Integer((*number).into()),
            Self::Text(text) => {
                for text in text.trim_end_matches('\0').split('\0') {
                    leaves.push((name.to_owned(), Leaf::Text(text.to_owned())));
                }
                return;
            }
            Self::Bytes(bytes) if bytes.len() == 20 => {
                let (kind, uuid) = bytes.split_first_chunk::<4>().unwrap();
                leaves.push((name.to_owned(), Leaf::Integer(u32::from_le_bytes(*kind).into())));
                Leaf::Word(uuid::Uuid::from_slice_le(uuid).unwrap().to_string())
            }
            Self::Bytes(bytes) if bytes.len() == 16 => {
                Leaf::Word(uuid::Uuid::from_slice_le(bytes).unwrap().to_string())
            }
            Self::Bytes(bytes) if bytes.is_empty() => return,
            Self::Opaque(bytes) => Leaf::Bytes(hex(bytes)),
            Self::Sid(numbers) => {
                Leaf::Word(numbers.iter().fold("S-1-5".to_owned(), |sid, number| format!("{sid}-{number}")))
            }
            Self::Bytes(bytes) => Leaf::Bytes(hex(bytes)),
            Self::Members(members) if members.iter().any(|(name, _)| *name == "wYear") => {
                let Some((_, Self::Number(minute))) = members.iter().find(|(name, _)| *name == "wMinute")
                else {
                    panic!("{members:?}")
                };
                Leaf::Text(format!("Mon Jul 10 12:{minute:02}:31 2023 UTC"))
            }
            Self::Members(members) if is_halves(name, members.iter().map(|(name, _)| *name)) => {
                let half = |place: usize| match members[place].1 {
                    Self::Number(number) => i128::from(number),
                    _ => 0,
                };
                Leaf::Integer(half(1) << 32 | half(0))
            }
            Self::Members(members) => {
                return members.iter().for_each(|(name, value)| value.leaves(name, leaves));
            }
            Self::Arm(union, arm, value) => return value.leaves(union.arms[*arm].name, leaves),
            Self::List(list) => return list.iter().for_each(|value| value.leaves(name, leaves)),
            Self::Null => return,
        };
        leaves.push((name.to_owned(), leaf));
    }
}

struct Writer {
    bytes: Vec<u8>,
    encoding: Encoding,
    referent: u64,
    padding: u8,
}

impl Writer {
    fn is_64(&self) -> bool {
        self.encoding.syntax == Syntax::Ndr64
    }

    fn pointer(&self) -> usize {
        if self.is_64() { 8 } else { 4 }
    }

    fn align(&mut self, to: usize) {
        let length = self.bytes.len().next_multiple_of(to);
        self.bytes.resize(length, self.padding);
    }

    fn number(&mut self, number: u64, size: usize) {
        self.align(size);
        let bytes = number.to_le_bytes();
        let bytes = &bytes[..size];
        if self.encoding.big_endian {
            self.bytes.extend(bytes.iter().rev());
        } else {
            self.bytes.extend(bytes);
        }
    }

    /// A parameter, or what a pointer points to.
    fn whole(&mut self, of: &Type, value: &Made) {
        self.fixed(of, value);
        self.deferred(of, value);
    }

    fn fixed(&mut self, of: &Type, value: &Made) {
        match (of, value) {
            (Type::Unique(_), Made::Null) => self.number(0, self.pointer()),
            (Type::Unique(_), _) => {
                self.referent += 4;
                self.number(self.referent, self.pointer());
            }
            (Type::Struct(members), Made::Members(values)) => self.structure(members, values),
            (Type::Union(union), Made::Arm(_, arm, value)) => {
                let arm = &union.arms[*arm];
                let alignment = union.arms.iter().map(|arm| self.alignment(&arm.of)).max().unwrap();
                let size = if union.is_enum && !self.is_64() { 2 } else { 4 };
                if self.is_64() {
                    self.align(alignment.max(size));
                }
                self.number(arm.tag.into(), size);
                self.align(alignment);
                self.fixed(&arm.of, value);
            }
            (Type::Text, Made::Text(text)) => {
                self.string(text);
                self.characters(text);
            }
            (Type::Ascii, Made::Text(text)) => {
                self.string(text);
                self.bytes.extend(text.bytes());
            }
            (Type::VaryingAscii, Made::Text(text)) => {
                self.number(0, self.pointer());
                self.number(text.len().try_into().unwrap(), self.pointer());
                self.bytes.extend(text.bytes());
            }
            (Type::Characters(_), Made::Text(text)) => self.characters(text),
            (Type::Fixed(of, _), Made::List(list)) => list.iter().for_each(|value| self.fixed(of, value)),
            (Type::Varying(of), Made::List(list)) => {
                let count = list.len().try_into().unwrap();
                for number in [count, 0, count] {
                    self.number(number, self.pointer());
                }
                list.iter().for_each(|value| self.fixed(of, value));
            }
            (Type::Array(_) | Type::Bytes(_) | Type::Wide | Type::MultiText, _) => {
                self.number(value.count(of), self.pointer());
                self.elements(of, value);
            }
            (Type::Handle, Made::Bytes(bytes)) => {
                self.align(4);
                self.bytes.extend(bytes);
            }
            (Type::Guid, Made::Bytes(bytes)) => {
                let guid = uuid::Uuid::from_slice_le(bytes).unwrap();
                self.align(4);
                self.bytes.extend(if self.encoding.big_endian {
                    guid.into_bytes()
                } else {
                    guid.to_bytes_le()
                });
            }
            (Type::Sid, Made::Sid(numbers)) => {
                let count = numbers.len().to_le_bytes()[0];
                self.number(count.into(), self.pointer());
                self.bytes.extend([1, count, 0, 0, 0, 0, 0, 5]);
                numbers.iter().for_each(|number| self.number((*number).into(), 4));
            }
            (Type::VaryingBytes(_), Made::Opaque(bytes)) => {
                let count = bytes.len().try_into().unwrap();
                for number in [count, 0, count] {
                    self.number(number, self.pointer());
                }
                self.bytes.extend(bytes);
            }
            (Type::Opaque(_), Made::Opaque(bytes)) => self.bytes.extend(bytes),
            (Type::FileTime, Made::Number(number)) => {
                self.number(number & 0xffff_ffff, 4);
                self.number(number >> 32, 4);
            }
            (of, Made::Number(number)) => self.number(*number, self.alignment(of)),
            (of, value) => panic!("{value:?} of {of:?}"),
        }
    }

    fn structure(&mut self, members: &[Member], values: &[(&'static str, Made)]) {
        let conformant =
            |of: &Type| matches!(of, Type::Array(_) | Type::Bytes(_) | Type::Wide | Type::MultiText);
        let last = members.last().zip(values.last()).filter(|(member, _)| conformant(&member.of));
        if let Some((member, (_, value))) = last {
            self.number(value.count(&member.of), self.pointer());
        }
        let alignment = members.iter().map(|member| self.alignment(&member.of)).max().unwrap();
        self.align(alignment);
        for (place, (member, (_, value))) in members.iter().zip(values).enumerate() {
            if last.is_some() && place + 1 == members.len() {
                self.elements(&member.of, value);
            } else {
                self.fixed(&member.of, value);
            }
        }
        if self.is_64() {
            self.align(alignment);
        }
    }

    fn string(&mut self, text: &str) {
        let count = text.len().try_into().unwrap();
        for number in [count, 0, count] {
            self.number(number, self.pointer());
        }
    }

    fn characters(&mut self, text: &str) {
        text.encode_utf16().for_each(|unit| self.number(unit.into(), 2));
    }

    fn elements(&mut self, of: &Type, value: &Made) {
        match (of, value) {
            (Type::Array(of), Made::List(list)) => list.iter().for_each(|value| self.fixed(of, value)),
            (_, Made::Bytes(bytes)) => self.bytes.extend(bytes),
            (_, Made::Text(text)) => self.characters(text),
            (of, value) => panic!("{value:?} of {of:?}"),
        }
    }

    fn deferred(&mut self, of: &Type, value: &Made) {
        match (of, value) {
            (_, Made::Null) => {}
            (Type::Unique(of), value) => self.whole(of, value),
            (Type::Struct(members), Made::Members(values)) => {
                members.iter().zip(values).for_each(|(member, (_, value))| self.deferred(&member.of, value));
            }
            (Type::Union(union), Made::Arm(_, arm, value)) => self.deferred(&union.arms[*arm].of, value),
            (Type::Array(of) | Type::Varying(of) | Type::Fixed(of, _), Made::List(list)) => {
                list.iter().for_each(|value| self.deferred(of, value));
            }
            _ => {}
        }
    }

    fn alignment(&self, of: &Type) -> usize {
        match of {
            Type::U8 | Type::Bytes(_) | Type::Opaque(_) => 1,
            Type::U16 | Type::Named16(_) | Type::NamedBy(_) | Type::I16 => 2,
            Type::Characters(_) | Type::Wide | Type::MultiText => 2,
            Type::Enum(_) if !self.is_64() => 2,
            Type::U64 | Type::I64 => 8,
            Type::Uptr | Type::Offset(_) | Type::Unique(_) => self.pointer(),
            Type::Text | Type::Ascii | Type::VaryingAscii | Type::VaryingBytes(_) => self.pointer(),
            Type::Array(of) | Type::Varying(of) | Type::Fixed(of, _) => self.alignment(of),
            Type::Struct(members) => members.iter().map(|member| self.alignment(&member.of)).max().unwrap(),
            Type::Union(union) => {
                let arms = union.arms.iter().map(|arm| self.alignment(&arm.of)).max().unwrap();
                arms.max(if union.is_enum && !self.is_64() { 2 } else { 4 })
            }
            _ => 4,
        }
    }
}
