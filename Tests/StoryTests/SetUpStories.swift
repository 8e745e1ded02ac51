import BureauAPI
import Connectors
import Domain
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Sandbox
import Sealing
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// How a client is set up: by whom, in which order, and what does not go without.
@Suite(.everyEngine) struct SetUpStories {
  @Test func `a client is set up step by step, and no step goes before the one it needs (O-12)`()
    async throws
  {
    try await withBureau { first in
      let bureau = try await TestBureau.founded(
        in: first.world, name: "Annet Regnskap AS", accepting: false)
      let robin = try bureau.administrator
      func reason(_ act: () async throws -> Void) async throws -> String {
        try await bureau.refusal { try await act() }.reason
      }
      let company = try await bureau.makeCompany("Steg AS", manually: true)
      let kim = try await bureau.accountant("Kim", at: company)
      let alex = try await bureau.approver("Alex", at: company)
      let key = try SealingSecret.test(1)

      // Activate, then the signing key.
      #expect(
        try await reason { try await robin.makesKey(key, at: company) } == "COMPANY_INACTIVE")
      try await robin.activates(company)
      try await robin.makesKey(key, at: company)

      // Access before the service user, who is stored on an employee.
      let service = try await robin.calls { connection, metadata in
        try await connection.tenancy.createUser(
          .with {
            $0.parent = bureau.name
            $0.user.displayName = "ERP"
            $0.user.kind = .service
            $0.requestID = robin.newRequestID()
          }, metadata: metadata)
      }.name
      #expect(
        try await reason { try await kim.storesServiceUser(service) }
          == "SERVICE_USER_WITHOUT_ROLE")
      try await robin.givesRole(.serviceUser, to: service, at: company)
      try await kim.storesServiceUser(service)

      // The licence before the agreements.
      #expect(
        try await reason { _ = try await kim.draftsAgreement(signer: alex, at: company) }
          == "PACKAGE_MISSING")
      try await robin.acceptsTerms()
      let agreement = try await kim.registersAgreement(signer: alex, at: company)

      // The agreement in force before consent and payments.
      #expect(
        try await reason { try await alex.consents(at: company) } == "CONSENT_NO_AGREEMENT")
      try await alex.signs(agreement)
      try await alex.consents(at: company)
      let batch = bureau.batch()
      _ = try await kim.submits(batch, sealedWith: key, at: company)
      let payment = try #require(try await payments(at: company, seenBy: alex).first)
      try await alex.signs(payment)
      #expect(try await alex.sees(payment).state == .signed)
    }
  }

  private func payments(
    at company: TestCompany, seenBy person: Person
  ) async throws -> [Bureau_V1_Payment] {
    try await person.calls { connection, metadata in
      try await connection.payments.listPayments(
        .with { $0.parent = company.name }, metadata: metadata)
    }.payments
  }

  @Test func `nobody at the bank is asked: a form, a link and a BankID signature do it (A-06)`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      try await alex.signs(agreement)
      #expect(try await kim.sees(agreement).state == .active)
      // All that happened, and all that was sent: one link, to the signer, by phone and mail.
      let facts = try await bureau.facts(of: bureau.company).map(\.fact.name)
      #expect(
        facts == [
          "AgreementDrafted", "AgreementSent", "AgreementSigned", "ConnectionChecked",
          "AgreementActivated",
        ])
      let sent = try bureau.world.messenger.messages()
      #expect(sent.map(\.about) == [agreement.name])
      #expect(sent.map(\.mobile) == ["+46701740605"])
      #expect(sent.map(\.email) == ["signer@nordlys.example"])
      #expect(try bureau.files("to-bank").isEmpty)
    }
  }

  @Test func `with the agreement live payouts are approved in the company's payments (A-13)`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let company = try bureau.company
      let payment = try await kim.imports(SupplierInvoice())
      let agreement = try await kim.registersAgreement(signer: alex)
      let early = try await bureau.refusal { try await alex.startsSigning(payment) }
      #expect(early.reason == "PAYMENT_NO_AGREEMENT")
      try await alex.signs(agreement)
      try await alex.consents()
      // One place, the company's own, with what waits there and nothing of another company.
      let other = try await bureau.makeCompany("Annen AS")
      let lee = try await bureau.accountant("Lee", at: other)
      _ = try await lee.imports(SupplierInvoice(number: "2"), at: other)
      let waiting = try await payments(at: company, seenBy: alex)
      #expect(waiting.map(\.name) == [payment.name])
      #expect(
        try await bureau.refusal { try await payments(at: other, seenBy: alex) }.code
          == .permissionDenied)
      try await alex.approves(try await alex.startsSigning(waiting))
      #expect(try await payments(at: company, seenBy: alex).map(\.state) == [.signed])
    }
  }

  @Test func `files pass between system and bank under an agreement only (A-19)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, company = try bureau.company
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      // A company without an agreement, with the same invoice: nothing of it can go.
      let other = try await bureau.makeCompany("Annen AS")
      let lee = try await bureau.accountant("Lee", at: other)
      let max = try await bureau.approver("Max", at: other)
      let loose = try await lee.imports(SupplierInvoice(), at: other)
      #expect(
        try await bureau.refusal { try await max.startsSigning(loose) }.reason
          == "PAYMENT_NO_AGREEMENT")
      try await bureau.bankSettles(on: "2026-03-17")
      #expect(bureau.executed.map(\.debtorAccount) == [company.account])
      #expect(try await office.kim.sees(payment).state == .paid)
      #expect(try await lee.sees(loose).state == .proposalComplete)
      // What the bank tells of the one's account is nothing to the other.
      let notice = try #require(
        try bureau.files("from-bank/done").first { $0.lastPathComponent.hasPrefix("camt054") })
      let inbox = bureau.world.channel.folder(of: other.connection())
        .appending(path: "from-bank")
      try FileManager.default.createDirectory(at: inbox, withIntermediateDirectories: true)
      try await bureau.bankLeaves(try Data(contentsOf: notice), named: "1.xml", with: other)
      let read = try #require(try await lee.seesReturnFiles(at: other).first)
      #expect(read.appliedCount == 0 && !read.alarms.isEmpty)
      #expect(try await lee.sees(loose).state == .proposalComplete)
    }
  }

  @Test(arguments: ["draft", "sent", "terminated"])
  func `accounting pays by an agreement that is there and in force, and by no other (A-23)`(
    state: String
  ) async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let company = try bureau.company
      let payment = try await kim.imports(SupplierInvoice())
      func unusable() async throws -> String {
        try await bureau.refusal { try await alex.startsSigning(payment) }.reason
      }
      #expect(try await unusable() == "PAYMENT_NO_AGREEMENT")
      switch state {
      case "draft": _ = try await kim.draftsAgreement(signer: alex, at: company)
      case "sent": _ = try await kim.registersAgreement(signer: alex)
      default:
        let agreement = try await kim.registersAgreement(signer: alex)
        try await alex.signs(agreement)
        try await alex.consents()
        _ = try await alex.startsSigning(payment)
        _ = try await bureau.administrator.terminates(agreement)
      }
      #expect(try await unusable() == "PAYMENT_NO_AGREEMENT")
    }
  }

  @Test func `a new agreement names its bank and its data, or is not made (A-24)`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let whole = kim.agreementRequest(signer: alex, at: try bureau.company)
      for (reason, clear) in [
        ("BANK_NOT_SUPPORTED", { $0.bank = "" }),
        ("AGREEMENT_KIND_INVALID", { $0.kind = .unspecified }),
        ("ACCOUNT_INVALID", { $0.account.text = "" }),
        ("AGREEMENT_CURRENCY_UNKNOWN", { $0.currencyCode = "" }),
        ("SIGNER_INCOMPLETE", { $0.signer.displayName = "" }),
      ] as [(String, (inout Bureau_V1_Agreement) -> Void)] {
        var request = whole
        clear(&request.agreement)
        request.requestID = kim.newRequestID()
        let sent = request
        let refused = try await bureau.refusal {
          try await kim.calls { connection, metadata in
            try await connection.agreements.createAgreement(sent, metadata: metadata)
          }
        }
        #expect(refused.reason == reason)
      }
      #expect(try await kim.seesAgreements().isEmpty)
      let made = try await kim.calls { connection, metadata in
        try await connection.agreements.createAgreement(whole, metadata: metadata)
      }
      let wanted = whole.agreement
      #expect(made.bank == wanted.bank && made.kind == wanted.kind)
      #expect(made.account == wanted.account && made.currencyCode == wanted.currencyCode)
      #expect(made.signer.displayName == alex.displayName)
      #expect(try await kim.seesAgreements().map(\.name) == [made.name])
    }
  }

  @Test func `only roles that allow it create and change agreements, of their own company (A-25)`()
    async throws
  {
    try await withBureau { bureau in
      let company = try bureau.company, other = try await bureau.makeCompany("Annen AS")
      let robin = try bureau.administrator, alex = try await bureau.approver("Alex")
      let ada = try await bureau.person("Ada", .companyAdministrator, at: company)
      let ruth = try await bureau.reader("Ruth"), kim = try await bureau.accountant("Kim")
      let erp = try await bureau.serviceUser("ERP")
      let agreement = try await robin.draftsAgreement(signer: alex, at: company)
      func changes(_ person: Person) async throws {
        _ = try await person.changes(agreement, "declarations") {
          $0.declarations.politicallyExposed = person === ada
        }
      }
      for person in [ada, ruth, alex] {
        for act in [
          { _ = try await person.draftsAgreement(signer: alex, at: company) },
          { try await changes(person) }, { _ = try await person.sends(agreement) },
        ] as [() async throws -> Void] {
          #expect(
            try await bureau.refusal { try await act() }.code == .permissionDenied,
            "\(person.displayName)")
        }
      }
      #expect(
        try await bureau.refusal { try await kim.draftsAgreement(signer: alex, at: other) }.code
          == .permissionDenied)
      let request = kim.agreementRequest(signer: alex, at: company)
      let connection = try kim.connection
      let byService = try await bureau.refusal {
        try await connection.agreements.createAgreement(
          request, metadata: ["authorization": "Bearer \(erp.token.secret)"])
      }
      #expect(byService.code == .permissionDenied)
      for person in [robin, kim] { try await changes(person) }
      // Another role may be allowed to, by the customer administrator.
      try await robin.setsAccess("AgreementService/UpdateAgreement", .companyAdministrator, true)
      try await changes(ada)
      #expect(try await kim.sees(agreement).declarations.politicallyExposed)
      try await robin.setsAccess("AgreementService/UpdateAgreement", .companyAdministrator, false)
      #expect(try await bureau.refusal { try await changes(ada) }.code == .permissionDenied)
    }
  }
}
