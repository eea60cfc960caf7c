//! What is asked and set of file systems: \[MS-FSCC\] 2.5.

use crate::error::{Anomalies, Examine, Layer, ParseError, Read, parse};
use crate::wire::{
    FileTime, Raw, Utf16, array, fields, le_u32, le_u64, u8, up_to, widen, wire_enum, wire_struct,
};

wire_enum! {
    /// A file system information class (\[MS-FSCC\] 2.5).
    pub struct FileSystemInformationClass(u8) {
        VOLUME = 1, "FileFsVolumeInformation";
        LABEL = 2, "FileFsLabelInformation";
        SIZE = 3, "FileFsSizeInformation";
        DEVICE = 4, "FileFsDeviceInformation";
        ATTRIBUTE = 5, "FileFsAttributeInformation";
        CONTROL = 6, "FileFsControlInformation";
        FULL_SIZE = 7, "FileFsFullSizeInformation";
        OBJECT_ID = 8, "FileFsObjectIdInformation";
        DRIVER_PATH = 9, "FileFsDriverPathInformation";
        VOLUME_FLAGS = 10, "FileFsVolumeFlagsInformation";
        SECTOR_SIZE = 11, "FileFsSectorSizeInformation";
    }
}

/// What is told or set of a file system, by its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum FileSystemInformation<'a> {
    /// FileFsVolumeInformation (2.5.9).
    Volume(VolumeInformation<'a>),
    /// FileFsLabelInformation (2.5.5).
    Label {
        /// VolumeLabel.
        volume_label: Utf16<'a>,
    },
    /// FileFsSizeInformation (2.5.8).
    Size(SizeInformation),
    /// FileFsDeviceInformation (2.5.10).
    Device(DeviceInformation),
    /// FileFsAttributeInformation (2.5.1).
    Attribute(AttributeInformation<'a>),
    /// FileFsControlInformation (2.5.2).
    Control(ControlInformation),
    /// FileFsFullSizeInformation (2.5.4).
    FullSize(FullSizeInformation),
    /// FileFsObjectIdInformation (2.5.6).
    ObjectId {
        /// ObjectId.
        object_id: uuid::Uuid,
    },
    /// FileFsSectorSizeInformation (2.5.7).
    SectorSize(SectorSizeInformation),
    /// Of another class, and as it is.
    Other {
        /// The bytes.
        bytes: Raw<'a>,
    },
}

/// FileFsVolumeInformation (\[MS-FSCC\] 2.5.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct VolumeInformation<'a> {
    /// VolumeCreationTime.
    pub volume_creation_time: FileTime,
    /// VolumeSerialNumber.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_number"))]
    pub volume_serial_number: u32,
    /// SupportsObjects.
    pub supports_objects: u8,
    /// VolumeLabel.
    pub volume_label: Utf16<'a>,
}

/// FileFsAttributeInformation (\[MS-FSCC\] 2.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AttributeInformation<'a> {
    /// FileSystemAttributes.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_number"))]
    pub file_system_attributes: u32,
    /// MaximumComponentNameLength in characters.
    pub maximum_component_name_length: u32,
    /// FileSystemName: `NTFS`, say.
    pub file_system_name: Utf16<'a>,
}

wire_struct! {
    /// FileFsSizeInformation (\[MS-FSCC\] 2.5.8).
    pub struct SizeInformation {
        /// TotalAllocationUnits.
        total_allocation_units: u64 = le_u64;
        /// AvailableAllocationUnits.
        available_allocation_units: u64 = le_u64;
        /// SectorsPerAllocationUnit.
        sectors_per_allocation_unit: u32 = le_u32;
        /// BytesPerSector.
        bytes_per_sector: u32 = le_u32;
    }
}

wire_struct! {
    /// FileFsFullSizeInformation (\[MS-FSCC\] 2.5.4).
    pub struct FullSizeInformation {
        /// TotalAllocationUnits.
        total_allocation_units: u64 = le_u64;
        /// CallerAvailableAllocationUnits.
        caller_available_allocation_units: u64 = le_u64;
        /// ActualAvailableAllocationUnits.
        actual_available_allocation_units: u64 = le_u64;
        /// SectorsPerAllocationUnit.
        sectors_per_allocation_unit: u32 = le_u32;
        /// BytesPerSector.
        bytes_per_sector: u32 = le_u32;
    }
}

wire_struct! {
    /// FileFsDeviceInformation (\[MS-FSCC\] 2.5.10).
    pub struct DeviceInformation {
        /// DeviceType: 2 CD-ROM, 7 disk, 0x11 named pipe, 0x18 printer …
        device_type: u32 = le_u32;
        /// Characteristics.
        characteristics: u32 = le_u32;
    }
}

wire_struct! {
    /// FileFsControlInformation (\[MS-FSCC\] 2.5.2).
    pub struct ControlInformation {
        /// FreeSpaceStartFiltering.
        free_space_start_filtering: u64 = le_u64;
        /// FreeSpaceThreshold.
        free_space_threshold: u64 = le_u64;
        /// FreeSpaceStopFiltering.
        free_space_stop_filtering: u64 = le_u64;
        /// DefaultQuotaThreshold in bytes.
        default_quota_threshold: u64 = le_u64;
        /// DefaultQuotaLimit in bytes.
        default_quota_limit: u64 = le_u64;
        /// FileSystemControlFlags.
        file_system_control_flags: u32 = le_u32;
    }
}

wire_struct! {
    /// FileFsSectorSizeInformation (\[MS-FSCC\] 2.5.7).
    pub struct SectorSizeInformation {
        /// LogicalBytesPerSector.
        logical_bytes_per_sector: u32 = le_u32;
        /// PhysicalBytesPerSectorForAtomicity.
        physical_bytes_per_sector_for_atomicity: u32 = le_u32;
        /// PhysicalBytesPerSectorForPerformance.
        physical_bytes_per_sector_for_performance: u32 = le_u32;
        /// FileSystemEffectivePhysicalBytesPerSectorForAtomicity.
        effective_physical_bytes_per_sector_for_atomicity: u32 = le_u32;
        /// Flags.
        flags: u32 = le_u32;
        /// ByteOffsetForSectorAlignment.
        byte_offset_for_sector_alignment: u32 = le_u32;
        /// ByteOffsetForPartitionAlignment.
        byte_offset_for_partition_alignment: u32 = le_u32;
    }
}

impl<'a> FileSystemInformation<'a> {
    /// Reads what is told or set of a file system.
    ///
    /// # Errors
    /// It is cut.
    pub fn parse(class: FileSystemInformationClass, bytes: &'a [u8]) -> Result<Self, ParseError> {
        use FileSystemInformationClass as Class;
        let read =
            |fixed: fn(&'a [u8]) -> Read<'a, Self>| parse(Layer::Fscc, bytes, fixed).map(|(_, info)| info);
        match class {
            Class::VOLUME => volume(bytes),
            Class::LABEL => {
                let (rest, length) = parse(Layer::Fscc, bytes, le_u32)?;
                Ok(Self::Label { volume_label: name(rest, length) })
            }
            Class::SIZE => read(|input| SizeInformation::read(input).map(|(rest, i)| (rest, Self::Size(i)))),
            Class::DEVICE => {
                read(|input| DeviceInformation::read(input).map(|(rest, i)| (rest, Self::Device(i))))
            }
            Class::ATTRIBUTE => attribute(bytes),
            Class::CONTROL => {
                read(|input| ControlInformation::read(input).map(|(rest, i)| (rest, Self::Control(i))))
            }
            Class::FULL_SIZE => {
                read(|input| FullSizeInformation::read(input).map(|(rest, i)| (rest, Self::FullSize(i))))
            }
            Class::OBJECT_ID => read(|input| {
                crate::wire::guid(input).map(|(rest, object_id)| (rest, Self::ObjectId { object_id }))
            }),
            Class::SECTOR_SIZE => {
                read(|input| SectorSizeInformation::read(input).map(|(rest, i)| (rest, Self::SectorSize(i))))
            }
            _ => {
                let bytes = Raw::unknown(Layer::Fscc, "FsInformationClass", class.0, bytes);
                Ok(Self::Other { bytes })
            }
        }
    }

    /// The same, with what cannot be read kept as it is.
    #[must_use]
    pub fn read(class: FileSystemInformationClass, bytes: &'a [u8]) -> Self {
        Self::parse(class, bytes).unwrap_or_else(|why| Self::Other { bytes: Raw::unreadable(bytes, why) })
    }
}

impl Examine for FileSystemInformation<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        if let Self::Other { bytes } = self {
            bytes.examine(anomalies);
        }
    }
}

fn volume(bytes: &[u8]) -> Result<FileSystemInformation<'_>, ParseError> {
    let (rest, (volume_creation_time, volume_serial_number, length, supports_objects)) =
        parse(Layer::Fscc, bytes, |input| {
            fields! {
                input => rest;
                time: FileTime::read,
                serial: le_u32,
                length: le_u32,
                objects: u8,
                _reserved: array::<1>,
            }
            Ok((rest, (time, serial, length, objects)))
        })?;
    let volume_label = name(rest, length);
    Ok(FileSystemInformation::Volume(VolumeInformation {
        volume_creation_time,
        volume_serial_number,
        supports_objects,
        volume_label,
    }))
}

fn attribute(bytes: &[u8]) -> Result<FileSystemInformation<'_>, ParseError> {
    let (rest, (file_system_attributes, maximum_component_name_length, length)) =
        parse(Layer::Fscc, bytes, |input| {
            fields!(input => rest; attributes: le_u32, maximum: le_u32, length: le_u32);
            Ok((rest, (attributes, maximum, length)))
        })?;
    let file_system_name = name(rest, length);
    Ok(FileSystemInformation::Attribute(AttributeInformation {
        file_system_attributes,
        maximum_component_name_length,
        file_system_name,
    }))
}

/// The `length` bytes of a name at the start of `rest`; fewer where the server cut it to fit the client's buffer.
fn name(rest: &[u8], length: u32) -> Utf16<'_> {
    Utf16::new(up_to(rest, widen(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volume_and_attributes() {
        let volume = [
            &[0; 8][..],               // VolumeCreationTime
            &[0x78, 0x56, 0x34, 0x12], // VolumeSerialNumber
            &[4, 0, 0, 0],             // VolumeLabelLength
            &[1, 0],                   // SupportsObjects, Reserved
            b"C\0:\0",                 // VolumeLabel
        ]
        .concat();
        let class = FileSystemInformationClass::VOLUME;
        let Ok(FileSystemInformation::Volume(info)) = FileSystemInformation::parse(class, &volume) else {
            panic!()
        };
        assert_eq!((info.volume_serial_number, info.volume_label.to_string()), (0x1234_5678, "C:".into()));
        for length in 0..volume.len() {
            // A label that does not fit the client's buffer is cut by the server.
            assert_eq!(FileSystemInformation::parse(class, &volume[..length]).is_ok(), length >= 18);
        }
        let attribute = [&[1, 0, 0, 0][..], &[255, 0, 0, 0], &[8, 0, 0, 0], b"N\0T\0F\0S\0"].concat();
        let class = FileSystemInformationClass::ATTRIBUTE;
        let Ok(FileSystemInformation::Attribute(info)) = FileSystemInformation::parse(class, &attribute)
        else {
            panic!()
        };
        assert_eq!(info.file_system_name.to_string(), "NTFS");
    }

    #[test]
    fn every_class_takes_every_length() {
        let bytes = [2; 100];
        for class in 0..=12 {
            for length in 0..bytes.len() {
                let _ = FileSystemInformation::parse(FileSystemInformationClass(class), &bytes[..length]);
            }
        }
    }
}
