//! SMB1: one row a message, with what its whole chain of commands has.

use smbscope::dissect::{Dissection, Message, Smb1, Transaction};
use smbscope::fscc::FileInformation;
use smbscope::smb1::{self, Block, Body, Command, Flags, Header, negotiate, nt_transact, trans2};
use smbscope::wire::{Status, ascii};

use super::{hex, list, ntlm};

/// What the commands of a message have, each list in the order of the chain.
#[derive(Default)]
struct Chain {
    commands: Vec<u8>,
    word_counts: Vec<u8>,
    byte_counts: Vec<u16>,
    fids: Vec<u16>,
    paths: Vec<String>,
    services: Vec<String>,
    names: Vec<String>,
    functions: Vec<String>,
    accounts: Vec<String>,
    domains: Vec<String>,
    actions: Vec<String>,
    ntlm: Vec<String>,
}

pub(super) fn columns(header: &Header, message: &[u8], dissection: &Dissection<'_>) -> Vec<String> {
    let status = match header.status {
        Status::Dos(error) => format!("dos:{:#04x}/{:#06x}", error.class, error.code),
        Status::Nt(status) => hex(status.0),
    };
    let mut chain = Chain { commands: vec![header.command.0], ..Chain::default() };
    let message = smb1::Message { header: *header, bytes: message };
    for block in message.blocks().map_while(Result::ok) {
        chain.word_counts.push(block.word_count);
        chain.byte_counts.push(block.byte_count);
        if let [next, ..] = *block.words
            && block.command.is_andx()
            && next != Command::NO_ANDX_COMMAND.0
        {
            chain.commands.push(next);
        }
        if let Ok(body) = Body::parse(&block, header) {
            chain.fids.extend(body.fid());
            add(&block, &body, &mut chain);
        }
    }
    if let Some(Message::Smb1(message)) = &dissection.message {
        found(message, &mut chain);
    }
    let commands: Vec<String> = chain.commands.into_iter().map(hex).collect();
    vec![
        // As the flag says, which is what the column is of.
        u8::from(header.flags.contains(Flags::REPLY)).to_string(),
        commands.join("+"),
        status,
        hex(header.flags.bits()),
        hex(header.flags2.bits()),
        header.tid.to_string(),
        header.pid.to_string(),
        header.uid.to_string(),
        header.mid.to_string(),
        list(chain.word_counts),
        list(chain.byte_counts),
        list(chain.fids.into_iter().map(|fid| format!("{fid:#06x}"))),
        list(chain.paths),
        list(chain.services),
        list(chain.names),
        list(chain.functions),
        list(chain.accounts),
        list(chain.domains),
        list(chain.actions),
        chain.ntlm.join(";"),
    ]
}

/// Adds what a command has beside its FID.
fn add(block: &Block<'_>, body: &Body<'_>, chain: &mut Chain) {
    let text = |text: Option<smb1::Text<'_>>| text.map(|text| text.to_string());
    match body {
        Body::NegotiateResponse(response) => {
            if let negotiate::Security::Challenge { domain_name, .. } = response.security {
                chain.domains.push(domain_name.to_string());
            }
        }
        Body::SessionSetupRequest(request) => {
            chain.accounts.extend(text(request.account));
            chain.domains.extend(text(request.domain));
            chain.ntlm.extend(request.security_blob.map(ntlm).filter(|ntlm| !ntlm.is_empty()));
        }
        Body::SessionSetupResponse(response) => {
            chain.actions.push(format!("{:#06x}", response.action.bits()));
            chain.domains.extend(text(response.domain));
            chain.ntlm.extend(response.security_blob.map(ntlm).filter(|ntlm| !ntlm.is_empty()));
        }
        Body::TreeConnectRequest(request) => {
            chain.paths.push(request.path.to_string());
            chain.services.push(request.service.to_string());
        }
        Body::TreeConnectResponse(response) => chain.services.extend(text(response.service)),
        Body::CreateRequest(request) if block.command != Command::CREATE_TEMPORARY => {
            chain.paths.push(request.name.to_string());
        }
        Body::CreateResponse(response) => chain.paths.extend(text(response.name)),
        // The names before a renaming are in another column than those of the table.
        Body::PathRequest(request) if matches!(block.command, Command::RENAME | Command::NT_RENAME) => {
            chain.paths.extend(text(request.new_path));
        }
        Body::PathRequest(request) if !is_of_directories(block.command) => {
            chain.paths.extend(text(request.path));
            chain.paths.extend(text(request.new_path));
        }
        Body::SearchRequest(request) => {
            chain.paths.push(request.file_name.to_string());
            if !request.resume_key.is_empty() {
                chain.paths.push(ascii(request.resume_name()));
            }
        }
        Body::SearchResponse(response) => {
            let names = response.entries.iter().flatten();
            chain.paths.extend(names.flat_map(|entry| [ascii(entry.resume_name()), ascii(entry.file_name)]));
        }
        Body::TransactionRequest(request) => {
            if block.command == Command::TRANSACTION {
                chain.names.push(request.name.to_string());
            }
            let (parameters, data) = (request.parameters.bytes, request.data.bytes);
            if let Some(function) = request.pipe_function() {
                chain.functions.push(format!("{:#06x}", function.0));
            } else if let Some(function) = request.trans2_function() {
                chain.functions.push(format!("{:#06x}", function.0));
                if let Ok(request) = trans2::Request::parse(function, parameters, data, block.unicode) {
                    chain.fids.extend(request.fid());
                    // The pattern of a search is no path.
                    let search = matches!(request, trans2::Request::FindFirst { .. });
                    chain.paths.extend(text(request.path()).filter(|_| !search));
                }
            } else if let Some(function) = request.nt_function {
                chain.functions.push(function.0.to_string());
                let parsed =
                    nt_transact::Request::parse(function, &request.setup, parameters, data, block.unicode);
                match parsed {
                    Ok(nt_transact::Request::Security { fid, .. }) => chain.fids.push(fid),
                    Ok(nt_transact::Request::Create(create)) => chain.paths.push(create.name.to_string()),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Whether a command names a directory, which is in another column than those of the table.
fn is_of_directories(command: Command) -> bool {
    matches!(command, Command::CREATE_DIRECTORY | Command::DELETE_DIRECTORY | Command::CHECK_DIRECTORY)
}

/// Adds the files that an answer names.
fn found(message: &Smb1<'_>, chain: &mut Chain) {
    match &message.transaction {
        Some(Transaction::Trans2Response(trans2::Response::Find { entries, .. })) => {
            chain.paths.extend(entries.iter().flatten().map(|entry| entry.file_name.to_string()));
        }
        Some(Transaction::Trans2Response(trans2::Response::File {
            information: trans2::Information::File(information),
        })) => match information {
            FileInformation::Name { file_name } => chain.paths.push(file_name.to_string()),
            FileInformation::All(all) => chain.paths.push(all.file_name.to_string()),
            _ => {}
        },
        Some(Transaction::Trans2Response(trans2::Response::File {
            information: trans2::Information::All(all),
        })) => chain.paths.push(all.file_name.to_string()),
        Some(Transaction::Trans2Response(trans2::Response::Open { fid, .. })) => chain.fids.push(*fid),
        Some(Transaction::NtTransactResponse(nt_transact::Response::NotifyChange { changes })) => {
            chain.paths.extend(changes.iter().flatten().map(|change| change.file_name.to_string()));
        }
        Some(Transaction::NtTransactResponse(nt_transact::Response::Create(created))) => {
            chain.fids.push(created.fid);
        }
        _ => {}
    }
}
