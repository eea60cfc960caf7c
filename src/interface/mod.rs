//! Which interface a UUID names, and which procedure an opnum.

mod procedures;

use uuid::{Uuid, uuid};

pub use procedures::procedure;

/// The short name of a well-known interface: its pipe, or what its specification calls it.
#[must_use]
pub fn name(uuid: &Uuid) -> Option<&'static str> {
    let index = INTERFACES.binary_search_by_key(uuid, |(uuid, _)| *uuid).ok()?;
    INTERFACES.get(index).map(|(_, name)| *name)
}

/// Sorted by UUID.
static INTERFACES: [(Uuid, &str); 60] = [
    (uuid!("00000131-0000-0000-c000-000000000046"), "iremunknown"),
    (uuid!("00000143-0000-0000-c000-000000000046"), "iremunknown2"),
    (uuid!("000001a0-0000-0000-c000-000000000046"), "isystemactivator"),
    (uuid!("0b6edbfa-4a24-4fc6-8a23-942b1eca65d1"), "irpcasyncnotify"),
    (uuid!("12345678-1234-abcd-ef00-0123456789ab"), "spoolss"),
    (uuid!("12345678-1234-abcd-ef00-01234567cffb"), "netlogon"),
    (uuid!("12345778-1234-abcd-ef00-0123456789ab"), "lsarpc"),
    (uuid!("12345778-1234-abcd-ef00-0123456789ac"), "samr"),
    (uuid!("1544f5e0-613c-11d1-93df-00c04fd7bd09"), "rfri"),
    (uuid!("17fdd703-1827-4e34-79d4-24a55c53bb37"), "msgsvc"),
    (uuid!("1ff70682-0a51-30e8-076d-740be8cee98b"), "atsvc"),
    (uuid!("2f5f6520-ca46-1067-b319-00dd010662da"), "tapsrv"),
    (uuid!("2f5f6521-ca47-1068-b319-00dd010662db"), "remotesp"),
    (uuid!("300f3532-38cc-11d0-a3f0-0020af6b0add"), "trkwks"),
    (uuid!("338cd001-2244-31f1-aaaa-900038001003"), "winreg"),
    (uuid!("367abb81-9844-35f1-ad32-98f038001003"), "svcctl"),
    (uuid!("378e52b0-c0a9-11cf-822d-00aa0051e40f"), "sasec"),
    (uuid!("3919286a-b10c-11d0-9ba8-00c04fd92ef5"), "dssetup"),
    (uuid!("3dde7c30-165d-11d1-ab8f-00805f14db40"), "backupkey"),
    (uuid!("45f52c28-7f9f-101a-b52b-08002b2efabe"), "winsif"),
    (uuid!("4b324fc8-1670-01d3-1278-5a47bf6ee188"), "srvsvc"),
    (uuid!("4d9f4ab8-7d1c-11cf-861e-0020af6e7c57"), "iremoteactivation"),
    (uuid!("4da1c422-943d-11d1-acae-00c04fc2aa3f"), "trksvr"),
    (uuid!("4fc742e0-4a10-11cf-8273-00aa004ae673"), "netdfs"),
    (uuid!("50abc2a4-574d-40b3-9d66-ee4fd5fba076"), "dnsserver"),
    (uuid!("5b821720-f63b-11d0-aad2-00c04fc324db"), "dhcpsrv2"),
    (uuid!("6b5bdd1e-528c-422c-af8c-a4079be4fe48"), "remotefw"),
    (uuid!("6bffd098-a112-3610-9833-012892020162"), "browser"),
    (uuid!("6bffd098-a112-3610-9833-46c3f874532d"), "dhcpsrv"),
    (uuid!("6bffd098-a112-3610-9833-46c3f87e345a"), "wkssvc"),
    (uuid!("76f03f96-cdfd-44fc-a22c-64950a001209"), "iremotewinspool"),
    (uuid!("7c44d7d4-31d5-424c-bd5e-2b3e1f323d22"), "dsaop"),
    (uuid!("811109bf-a4e1-11d1-ab54-00a0c91e9b45"), "winsi2"),
    (uuid!("82273fdc-e32a-18c3-3f78-827929dc23ea"), "eventlog"),
    (uuid!("82ad4280-036b-11cf-972c-00aa006887b0"), "inetinfo"),
    (uuid!("86d35949-83c9-4044-b424-db363231fd0c"), "itaskschedulerservice"),
    (uuid!("894de0c0-0d55-11d3-a322-00c04fa321a1"), "initshutdown"),
    (uuid!("897e2e5f-93f3-4376-9c9c-fd2277495c27"), "frstransport"),
    (uuid!("8d9f4e40-a03d-11ce-8f69-08003e30051b"), "pnp"),
    (uuid!("8fb6d884-2388-11d0-8c35-00c04fda2795"), "w32time"),
    (uuid!("91ae6020-9e3c-11cf-8d7c-00aa00c091be"), "icertpassage"),
    (uuid!("99fcfec4-5260-101b-bbcb-00aa0021347a"), "ioxidresolver"),
    (uuid!("a8e0653c-2744-4389-a61d-7373df8b2292"), "fssagentrpc"),
    (uuid!("ae33069b-a2a8-46ee-a235-ddfd339be281"), "irpcremoteobject"),
    (uuid!("afa8bd80-7d8a-11c9-bef4-08002b102989"), "mgmt"),
    (uuid!("b9785960-524f-11df-8b6d-83dcded72085"), "isdkey"),
    (uuid!("b97db8b2-4c63-11cf-bff6-08002be23f2f"), "clusapi2"),
    (uuid!("c681d488-d850-11d0-8c52-00c04fd90f7e"), "efsrpc"),
    (uuid!("ccd8c074-d0e5-4a40-92b4-d074faa6ba28"), "witness"),
    (uuid!("d049b186-814f-11d1-9a3c-00c04fc9b232"), "ntfrsapi"),
    (uuid!("d95afe70-a6d5-4259-822e-2c84da1ddb0d"), "windowsshutdown"),
    (uuid!("da5a86c5-12c2-4943-ab30-7f74a813d853"), "perflibv2"),
    (uuid!("df1941c5-fe89-4e79-bf10-463657acf44d"), "efsrpc"),
    (uuid!("e1af8308-5d1f-11c9-91a4-08002b14a0fa"), "epmapper"),
    (uuid!("e33c0cc4-0482-101a-bc0c-02608c6ba218"), "loctoloc"),
    (uuid!("e3514235-4b06-11d1-ab04-00c04fc2dcd2"), "drsuapi"),
    (uuid!("ea0a3165-4834-11d2-a6f8-00c04fa346cc"), "fax"),
    (uuid!("f5cc59b4-4264-101a-8c59-08002b2f8426"), "frsrpc"),
    (uuid!("f5cc5a18-4264-101a-8c59-08002b2f8426"), "nspi"),
    (uuid!("f6beaff7-1e19-4fbb-9f8f-b89e2018337c"), "eventlog6"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_row_is_found() {
        assert!(INTERFACES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(INTERFACES.iter().all(|(uuid, short)| name(uuid) == Some(*short)));
    }

    #[test]
    fn unknown_interfaces_have_no_name() {
        assert_eq!(name(&uuid!("12345678-1234-abcd-ef00-0123456789ab")), Some("spoolss"));
        assert_eq!(name(&uuid!("12345678-1234-abcd-ef00-0123456789aa")), None);
    }
}
