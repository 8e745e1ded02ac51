import BureauAPI
import Domain
import EngineKit
import GRPCCore
import Primitives
import Sandbox
import Server
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Agreements that the partner looks at by hand (R-01…R-11).
@Suite(.everyEngine) struct ReviewTests {
  /// Signed, and held since a politically exposed person was declared.
  private func held(_ bureau: TestBureau) async throws -> (
    kim: Person, alex: Person, agreement: Bureau_V1_Agreement
  ) {
    let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
    bureau.world.asksPartner()
    let made = try await kim.registersAgreement(signer: alex)
    let changed = try await kim.changes(made, "declarations") {
      $0.declarations.politicallyExposed = true
      $0.declarations.countryCodes = ["NO", "KP"]
    }
    let sent = try await kim.sends(changed)
    let links = try await alex.links(to: sent)
    for link in links {
      guard let order = try? await alex.opens(link, to: sent) else { continue }
      try await alex.approves(order)
    }
    return (kim, alex, sent)
  }

  @Test func `R-01 R-02 R-03 R-06 R-08 what is declared holds it, and the customer only waits`()
    async throws
  {
    try await withBureau { bureau in
      let (kim, alex, agreement) = try await held(bureau)
      let seen = try await kim.sees(agreement)
      #expect(seen.state == .manualReview)
      #expect(seen.review.reasons.map(\.code) == ["politically_exposed", "countries"])
      #expect(seen.review.expectedDate == "2026-03-04")
      #expect(seen.review.message.contains("nothing needs doing"))
      let refused = try await bureau.refusal { try await alex.startsConsent() }
      #expect(refused.reason == "CONSENT_NO_AGREEMENT", "held is not active")
      try await bureau.turnClock(to: "2026-03-04T10:00:00Z")
      let done = try await kim.sees(agreement)
      #expect(done.state == .active && done.review.decidedBy == "partner")
      #expect(done.review.message == "")
    }
  }

  @Test func `R-01 the partner may reject, with its reason`() async throws {
    try await withBureau { bureau in
      let (kim, _, agreement) = try await held(bureau)
      let company = try bureau.company.name
      let number = try await kim.calls { connection, metadata in
        try await connection.tenancy.getCompany(
          .with { $0.name = company }, metadata: metadata)
      }.organisationNumber
      try bureau.world.partner.setScript([
        .init(number, reasons: ["sanctions_list"], hours: 5, then: "rejected", text: "Listed")
      ])
      try await bureau.turnClock(to: "2026-03-02T14:00:00Z")
      let seen = try await kim.sees(agreement)
      #expect(seen.state == .rejected && seen.note == "Listed")
      #expect(seen.review.decidedBy == "partner")
    }
  }

  @Test func `R-01 the operator decides on a running server, once, and by name`() async throws {
    try await withBureau { bureau in
      let (kim, _, agreement) = try await held(bureau)
      let desk = try bureau.world.server.reviews
      let listed = try await desk.list()
      #expect(listed.map(\.agreement) == [agreement.name])
      for _ in 0..<2 {
        let state = try await desk.approve(
          agreement.name, by: "Ida", note: "Known to us", request: "one")
        #expect(state == .active)
      }
      let seen = try await kim.sees(agreement)
      #expect(seen.state == .active && seen.review.decidedBy == "operator Ida")
      #expect(try await desk.list().isEmpty)
      let facts = try await bureau.facts(of: try bureau.company)
      #expect(facts.count { $0.fact.name == "AgreementApproved" } == 1)
      await #expect(throws: (any Error).self) {
        try await desk.reject(agreement.name, by: "Ida", reason: "Late", request: "two")
      }
    }
  }

  @Test func `R-01 no RPC lets anybody of a bureau decide`() {
    let names = Descriptors.methods.map(\.fullName)
    #expect(!names.contains { $0.contains("Review") || $0.contains("ApproveAgreement") })
  }
}
