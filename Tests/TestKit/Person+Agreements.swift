package import BureauAPI
import Connectors
import Domain
import Foundation
import GRPCCore
import Primitives
import Storage
import SwiftProtobuf
import Sandbox

// Agreements beyond their signature, and invitations to consent.

extension Person {
  /// The secrets of the links that were sent about something, in no order.
  package func links(about name: String) async throws -> [String] {
    try await bureau.settle()
    return try bureau.world.messenger.messages().filter { $0.about == name }.map(\.secret)
  }

  package func sees(_ agreement: Bureau_V1_Agreement) async throws -> Bureau_V1_Agreement {
    try await calls { connection, metadata in
      try await connection.agreements.getAgreement(
        .with { $0.name = agreement.name }, metadata: metadata)
    }
  }

  package func seesAgreements(at company: TestCompany? = nil) async throws
    -> [Bureau_V1_Agreement]
  {
    let parent = try (company ?? bureau.company).name
    return try await calls { connection, metadata in
      try await connection.agreements.listAgreements(
        .with { $0.parent = parent }, metadata: metadata
      ).agreements
    }
  }

  /// Reads what a link offers.
  package func reads(_ link: String, to agreement: Bureau_V1_Agreement) async throws
    -> Bureau_V1_AgreementOffer
  {
    try await Refused.calling {
      try await connection.agreements.openAgreementLink(
        .with {
          $0.name = agreement.name
          $0.linkSecret = link
        })
    }
  }

  package func declines(
    _ agreement: Bureau_V1_Agreement, by link: String, because reason: String
  ) async throws {
    _ = try await Refused.calling {
      try await connection.agreements.declineAgreement(
        .with {
          $0.name = agreement.name
          $0.linkSecret = link
          $0.reason = reason
          $0.requestID = newRequestID()
        })
    }
  }

  package func changes(
    _ agreement: Bureau_V1_Agreement, _ mask: String...,
    change: (inout Bureau_V1_Agreement) -> Void
  ) async throws -> Bureau_V1_Agreement {
    var wanted = Bureau_V1_Agreement()
    wanted.name = agreement.name
    change(&wanted)
    let request = Bureau_V1_UpdateAgreementRequest.with {
      $0.agreement = wanted
      $0.updateMask.paths = mask
      $0.requestID = newRequestID()
    }
    return try await calls { connection, metadata in
      try await connection.agreements.updateAgreement(request, metadata: metadata)
    }
  }

  package func checks(_ agreement: Bureau_V1_Agreement) async throws -> Bureau_V1_Agreement {
    try await calls { connection, metadata in
      try await connection.agreements.checkConnection(
        .with {
          $0.name = agreement.name
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  package func activates(_ agreement: Bureau_V1_Agreement) async throws -> Bureau_V1_Agreement {
    try await calls { connection, metadata in
      try await connection.agreements.activateAgreement(
        .with {
          $0.name = agreement.name
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  package func terminates(
    _ agreement: Bureau_V1_Agreement, because reason: String = "The company was sold"
  ) async throws -> Bureau_V1_Agreement {
    try await calls { connection, metadata in
      try await connection.agreements.terminateAgreement(
        .with {
          $0.name = agreement.name
          $0.reason = reason
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  // MARK: Consents

  package func invites(
    _ user: Person, bank: String = "dnb", mobile: String = "", at company: TestCompany? = nil
  ) async throws -> Bureau_V1_ConsentInvitation {
    let parent = try (company ?? bureau.company).name
    return try await calls { connection, metadata in
      try await connection.consents.createConsentInvitation(
        .with {
          $0.parent = parent
          $0.consentInvitation.user = user.name
          $0.consentInvitation.bank = bank
          $0.consentInvitation.mobile = mobile
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  package func seesInvitations() async throws -> [Bureau_V1_ConsentInvitation] {
    let parent = try bureau.company.name
    return try await calls { connection, metadata in
      try await connection.consents.listConsentInvitations(
        .with { $0.parent = parent }, metadata: metadata
      ).consentInvitations
    }
  }

  /// Reads what the link of an invitation asks for.
  package func reads(_ link: String, of invitation: Bureau_V1_ConsentInvitation) async throws
    -> Bureau_V1_ConsentOffer
  {
    try await Refused.calling {
      try await connection.consents.openConsentLink(
        .with {
          $0.name = invitation.name
          $0.linkSecret = link
        })
    }
  }

  /// Begins the consent of an invitation, without a session.
  package func opens(_ link: String, of invitation: Bureau_V1_ConsentInvitation) async throws
    -> Bureau_V1_Order
  {
    try await Refused.calling {
      try await connection.consents.startInvitedConsent(
        .with {
          $0.name = invitation.name
          $0.linkSecret = link
        })
    }
  }

  package func declines(
    _ invitation: Bureau_V1_ConsentInvitation, by link: String, because reason: String
  ) async throws -> Bureau_V1_ConsentInvitation {
    try await Refused.calling {
      try await connection.consents.declineConsentInvitation(
        .with {
          $0.name = invitation.name
          $0.linkSecret = link
          $0.reason = reason
          $0.requestID = newRequestID()
        })
    }
  }

  package func seesMarks(at company: TestCompany? = nil) async throws
    -> Bureau_V1_ConnectionMarks
  {
    let parent = try (company ?? bureau.company).name
    return try await calls { connection, metadata in
      try await connection.consents.getConnectionMarks(
        .with { $0.parent = parent }, metadata: metadata)
    }
  }
}

extension TestBureau {
  /// What the bank says of a connection beside its files.
  /// - Parameter company: 32 hexadecimal digits.
  package func bankSays(_ state: String, of company: String, at bank: String = "dnb") throws {
    try bankTells("connection.json", #"{"state": "\#(state)"}"#, of: company, at: bank)
  }

  /// What the bank says of the owner of an account.
  package func bankNames(
    owner: String?, of account: String, at company: TestCompany, bank: String = "dnb"
  ) throws {
    let who = owner.map { #""owner_organisation_number": "\#($0)""# } ?? #""private": true"#
    try bankTells(
      "accounts.json",
      #"{"accounts": [{"form": "NO_BBAN", "number": "\#(account)", \#(who)}]}"#,
      of: company.place.company.hex, at: bank)
  }

  package func bankTells(
    _ file: String, _ text: String, of company: String, at bank: String = "dnb"
  ) throws {
    let folder = world.bankFolder.appending(path: "\(id.hex)/\(company)/\(bank)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: folder.appending(path: file))
  }
}

extension Person {
  /// Takes over an agreement that is in use with an old solution, on an account of its own.
  package func takesOver(
    signer: Person, number: String = "OLD-17", account: Int = 777,
    kind: Bureau_V1_Agreement.Kind = .remittance
  ) async throws -> Bureau_V1_Agreement {
    let company = try bureau.company
    var request = agreementRequest(bank: "dnb", signer: signer, at: company)
    request.agreement.account.text = Numbers.norwegianAccount(account)
    request.agreement.kind = kind
    request.legacyNumber = number
    let asked = request
    let connection = company.connection(to: "dnb")
    try bureau.world.bank.openAccount(
      connection: "\(connection.bureau.hex)/\(connection.company.hex)/dnb",
      number: try AccountNumber(form: .norwegian, text: request.agreement.account.text),
      currency: .nok, owner: company.displayName,
      openingBalance: Money(minorUnits: 100_000_000_00, currency: .nok))
    return try await calls { connection, metadata in
      try await connection.agreements.createAgreement(asked, metadata: metadata)
    }
  }

  @discardableResult
  package func records(
    _ step: Bureau_V1_RecordAgreementStepRequest.Step, of agreement: String, on date: String = "",
    note: String = "", digest: String = ""
  ) async throws -> Bureau_V1_Agreement {
    let id = newRequestID()
    return try await calls { connection, metadata in
      try await connection.agreements.recordAgreementStep(
        .with {
          $0.name = agreement
          $0.step = step
          $0.date = date
          $0.note = note
          $0.settingsDigest = digest
          $0.requestID = id
        }, metadata: metadata)
    }
  }

  package func converts(_ agreement: String) async throws -> Bureau_V1_Agreement {
    let id = newRequestID()
    return try await calls { connection, metadata in
      try await connection.agreements.convertAgreement(
        .with {
          $0.name = agreement
          $0.requestID = id
        }, metadata: metadata)
    }
  }
}
