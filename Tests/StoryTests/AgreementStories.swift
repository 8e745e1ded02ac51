import BureauAPI
import EngineKit
import GRPCCore
import Primitives
import SwiftProtobuf
import TestKit
import Testing

/// An agreement from its link to its end.
@Suite(.everyEngine) struct AgreementStories {
  private func waiting(_ bureau: TestBureau) async throws -> (
    kim: Person, alex: Person, agreement: Bureau_V1_Agreement, link: String
  ) {
    let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
    let agreement = try await kim.registersAgreement(signer: alex)
    let link = try #require(try await alex.links(to: agreement).first)
    return (kim, alex, agreement, link)
  }

  @Test func `A-10 the link shows the text that is signed, once, and to its end`() async throws {
    try await withBureau { bureau in
      let (kim, alex, agreement, link) = try await waiting(bureau)
      let offer = try await alex.reads(link, to: agreement)
      #expect(offer.text == (try await kim.sees(agreement)).text)
      #expect(offer.companyDisplayName == "Nordlys Verksted AS")
      let order = try await alex.opens(link, to: agreement)
      #expect(order.visibleText == offer.text)
      try await alex.approves(order)
      #expect(try await kim.sees(agreement).state == .active)
      for again in 0..<2 {
        let refused = try await bureau.refusal {
          if again == 0 { _ = try await alex.reads(link, to: agreement) }
          _ = try await alex.opens(link, to: agreement)
        }
        #expect(refused.reason == "AGREEMENT_LINK_USED")
      }
    }
  }

  @Test func `A-10 after its days a link is over, and the agreement a draft that can be sent anew`()
    async throws
  {
    try await withBureau { bureau in
      let (kim, alex, agreement, link) = try await waiting(bureau)
      let begun = try await alex.opens(link, to: agreement)
      try await bureau.turnClock(to: "2026-03-16T08:00:01Z")
      #expect(try await kim.sees(agreement).state == .draft)
      let refused = try await bureau.refusal { try await alex.opens(link, to: agreement) }
      #expect(refused.reason == "AGREEMENT_LINK_EXPIRED")
      _ = begun
      let sent = try await kim.sends(agreement)
      #expect(sent.state == .sentForSigning)
      #expect(sent.linkExpireTime.seconds == sent.createTime.seconds + 28 * 86_400 + 1)
      let new = try #require(try await alex.links(to: agreement).first { $0 != link })
      try await alex.approves(try await alex.opens(new, to: agreement))
      #expect(try await kim.sees(agreement).state == .active)
    }
  }

  @Test func `A-10 a signature begun by an earlier link, or over an earlier text, is refused`()
    async throws
  {
    try await withBureau { bureau in
      let (kim, alex, agreement, link) = try await waiting(bureau)
      let old = try await alex.opens(link, to: agreement)
      let changed = try await kim.changes(agreement, "declarations") {
        $0.declarations.politicallyExposed = true
      }
      #expect(changed.state == .draft)
      _ = try await kim.sends(agreement)
      let refused = try await bureau.refusal { try await alex.approves(old) }
      #expect(refused.reason == "AGREEMENT_TEXT_CHANGED")
      #expect(try await kim.sees(agreement).state == .sentForSigning)
    }
  }

  @Test func `A-10 the signer declines with a reason, and the bureau mends and sends anew`()
    async throws
  {
    try await withBureau { bureau in
      let (kim, alex, agreement, link) = try await waiting(bureau)
      try await alex.declines(agreement, by: link, because: "Another account")
      let declined = try await kim.sees(agreement)
      #expect(declined.state == .draft && declined.note == "Another account")
      let refused = try await bureau.refusal { try await alex.opens(link, to: agreement) }
      #expect(refused.reason == "AGREEMENT_LINK_USED")
      #expect(try await kim.sends(agreement).note == "")
    }
  }

  @Test func `A-02 A-18 A-28 kinds and banks stand side by side, one of each kind an account`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, company = try bureau.company
      let again = try await bureau.refusal {
        try await office.kim.draftsAgreement(signer: office.alex, at: company)
      }
      #expect(again.reason == "AGREEMENT_EXISTS")
      var incoming = office.kim.agreementRequest(signer: office.alex, at: company)
      incoming.agreement.kind = .incoming
      var second = office.kim.agreementRequest(
        bank: "nordea-no", signer: office.alex, at: company)
      second.agreement.account.text = Numbers.norwegianAccount(501)
      for request in [incoming, second] {
        let made = try await office.kim.calls { connection, metadata in
          try await connection.agreements.createAgreement(request, metadata: metadata)
        }
        try await office.alex.signs(try await office.kim.sends(made))
      }
      let all = try await office.kim.seesAgreements()
      #expect(all.count == 3 && all.allSatisfy { $0.state == .active })
      #expect(Set(all.map(\.bank)) == ["dnb", "nordea-no"])
    }
  }

  @Test func `X-01 X-02 X-03 a failing connection saves without activating, until it is mended`()
    async throws
  {
    try await withBureau { bureau in
      let (kim, alex, agreement, _) = try await waiting(bureau)
      let company = try bureau.company.key
      try bureau.bankSays("key_mismatch", of: company)
      try await alex.signs(agreement)
      let saved = try await kim.sees(agreement)
      #expect(saved.state == .savedNotActivated)
      #expect(saved.connectionCheck.fault == .keyMismatch && !saved.connectionCheck.ok)
      let payment = try await kim.imports(SupplierInvoice())
      let unusable = try await bureau.refusal { try await alex.startsSigning(payment) }
      #expect(unusable.reason == "PAYMENT_NO_AGREEMENT")
      #expect(try await kim.activates(agreement).state == .savedNotActivated)
      try bureau.bankSays("ok", of: company)
      #expect(try await kim.checks(agreement).connectionCheck.ok)
      #expect(try await kim.sees(agreement).state == .savedNotActivated, "a check only tells")
      #expect(try await kim.activates(agreement).state == .active)
      let refused = try await bureau.refusal { try await kim.activates(agreement) }
      #expect(refused.reason == "AGREEMENT_STATE")
    }
  }

  @Test func `A-03 A-04 the bank's register refuses private accounts and those of others`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let company = try bureau.company
      for (owner, reason) in [
        (nil, "ACCOUNT_PRIVATE"), ("974760673", "ACCOUNT_OF_ANOTHER_OWNER"),
      ] {
        try bureau.bankNames(owner: owner, of: company.account, at: company)
        let refused = try await bureau.refusal {
          try await kim.draftsAgreement(signer: alex, at: company)
        }
        #expect(refused.reason == reason && refused.fields == ["account"])
      }
      // What the bank learns only later rejects what was signed.
      try bureau.bankTells("accounts.json", #"{"accounts": []}"#, of: company.key)
      let made = try await kim.registersAgreement(signer: alex)
      try bureau.bankNames(owner: nil, of: company.account, at: company)
      try await alex.signs(made)
      let rejected = try await kim.sees(made)
      #expect(rejected.state == .rejected && rejected.note.contains("A-04"))
    }
  }

  @Test func `a terminated agreement is over for good, and payments on their way keep it`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      let agreement = try #require(try await office.kim.seesAgreements().first)
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      let open = try await bureau.refusal { try await robin.terminates(agreement) }
      #expect(open.reason == "AGREEMENT_OPEN_PAYMENTS")
      try await bureau.bankSettles(on: "2026-03-31")
      #expect(try await office.kim.sees(payment).state == .paid)
      let ended = try await robin.terminates(agreement, because: "Sold")
      #expect(ended.state == .terminated && ended.note == "Sold" && ended.hasTerminateTime)
      let refused = try await bureau.refusal { try await office.kim.sends(agreement) }
      #expect(refused.reason == "AGREEMENT_STATE")
      // The account is free for a new one.
      let company = try bureau.company
      _ = try await office.kim.draftsAgreement(signer: office.alex, at: company)
    }
  }

  @Test func `A-20 A-21 the supported banks are listed with their properties`() async throws {
    try await withBureau { bureau in
      let banks = try await bureau.administrator.calls { connection, metadata in
        try await connection.agreements.listBanks(
          .with { $0.parent = bureau.name }, metadata: metadata)
      }.banks
      #expect(banks.map(\.id).contains("seb") && banks.map(\.id).contains("dnb"))
      let seb = try #require(banks.first { $0.id == "seb" })
      #expect(seb.finalSignatureInBank && seb.needsApplication && seb.channel == .file)
      let dnb = try #require(banks.first { $0.id == "dnb" })
      #expect(!dnb.finalSignatureInBank && !dnb.needsApplication && dnb.channel == .api)
    }
  }

  @Test func `V-10 V-11 V-12 V-13 an old agreement is taken over, waited for and converted`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try office.bureau.administrator
      let taken = try await office.kim.takesOver(signer: office.alex)
      #expect(taken.state == .legacyActive && taken.number == "OLD-17")
      var reasons: [String] = []
      func refused() async throws {
        reasons.append(try await bureau.refusal { try await robin.converts(taken.name) }.reason)
      }
      try await refused()
      try await office.kim.records(
        .conversionAgreed, of: taken.name, on: "2026-03-10", note: "Anna, case 17")
      try await refused()
      try await bureau.turnClock(to: "2026-03-10T08:00:00Z")
      try await refused()
      try await office.kim.records(.returnDataFetched, of: taken.name)
      let done = try await robin.converts(taken.name)
      #expect(
        reasons == ["CONVERSION_NOT_AGREED", "CONVERSION_TOO_EARLY", "RETURN_DATA_OUTSTANDING"])
      #expect(done.state == .active && done.name == taken.name && done.number == "OLD-17")
      try await refused()
      #expect(reasons.last == "AGREEMENT_STATE")
    }
  }

  @Test func `A-17 A-22 A-27 what is done outside is recorded, settings as they were seen`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let active = try #require(try await office.kim.seesAgreements().first)
      #expect(active.applicationState == .notNeeded)
      let form = try await bureau.refusal {
        try await office.kim.calls { connection, metadata in
          try await connection.agreements.getBankApplication(
            .with { $0.name = active.name }, metadata: metadata)
        }
      }
      #expect(form.reason == "BANK_APPLICATION_NOT_NEEDED")
      let settings = try await office.kim.calls { connection, metadata in
        try await connection.agreements.getAgreementSettings(
          .with { $0.name = active.name }, metadata: metadata)
      }
      #expect(settings.lines.count > 8)
      let stale = try await bureau.refusal {
        try await office.kim.records(.settingsReviewed, of: active.name, digest: "0af7")
      }
      #expect(stale.reason == "AGREEMENT_SETTINGS_CHANGED")
      let read = try await office.kim.records(
        .settingsReviewed, of: active.name, digest: settings.digest)
      #expect(read.hasSettingsReviewTime && !read.hasAccountingTime)
      let done = try await office.kim.records(.accountingSetUp, of: active.name)
      #expect(done.hasAccountingTime && done.state == .active)
    }
  }
}
