import BureauAPI
import GRPCCore
import Primitives
import Sandbox
import SwiftProtobuf
import EngineKit
import TestKit
import Testing

/// Who agrees, who consents, and whose roles count.
@Suite(.everyEngine) struct PeopleStories {
  // MARK: Agreements

  @Test
  func
    `the agreement is live when its named signer has signed, and nobody else can (A-08, A-09, A-10, A-11)`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      let alex = try await bureau.approver("Alex"), max = try await bureau.approver("Max")
      let agreement = try await kim.registersAgreement(signer: alex)
      let refused = try await bureau.refusal { try await max.signs(agreement) }
      #expect(refused.reason == "AGREEMENT_OTHER_SIGNER")
      #expect(try await state(of: agreement, seenBy: kim) == .sentForSigning)
      try await alex.signs(agreement)
      #expect(try await state(of: agreement, seenBy: kim) == .active)
    }
  }

  private func state(
    of agreement: Bureau_V1_Agreement, seenBy person: Person
  ) async throws -> Bureau_V1_Agreement.State {
    try await person.calls { connection, metadata in
      try await connection.agreements.getAgreement(
        .with { $0.name = agreement.name }, metadata: metadata)
    }.state
  }

  @Test func `a link stops working when the agreement is sent anew (A-10)`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      let old = try #require(try await alex.links(to: agreement).first)
      _ = try await kim.sends(agreement)
      for wrong in [old, "", "guessed"] {
        let refused = try await bureau.refusal { try await alex.opens(wrong, to: agreement) }
        #expect(refused.reason == "AGREEMENT_LINK_REFUSED")
      }
      let new = try #require(try await alex.links(to: agreement).first { $0 != old })
      try await alex.approves(try await alex.opens(new, to: agreement))
      #expect(try await state(of: agreement, seenBy: kim) == .active)
    }
  }

  @Test func `whoever fills in the form names the signer in full (A-09)`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let company = try bureau.company
      for (field, clear) in [
        ("signer.display_name", { $0.displayName = "" }), ("signer.mobile", { $0.mobile = "" }),
        ("signer.email", { $0.email = "" }), ("signer.national_id", { $0.nationalID = "" }),
      ] as [(String, (inout Bureau_V1_Signer) -> Void)] {
        var request = kim.agreementRequest(signer: alex, at: company)
        clear(&request.agreement.signer)
        let sent = request
        let refused = try await bureau.refusal {
          try await kim.calls { connection, metadata in
            try await connection.agreements.createAgreement(sent, metadata: metadata)
          }
        }
        #expect(refused.reason == "SIGNER_INCOMPLETE")
        #expect(refused.fields == [field])
      }
    }
  }

  // MARK: Consents

  @Test
  func
    `the director's consent is the director's alone, the agreement everybody's (C-03, C-05, C-06, C-07, A-16)`()
    async throws
  {
    try await withBureau { bureau in
      let accountant = try await bureau.accountant("Kim")
      let director = try await bureau.approver("Alex")
      let agreement = try await accountant.registersAgreement(signer: director)
      try await director.signs(agreement)
      try await director.consents()
      for person in [accountant, director] {
        #expect(try await state(of: agreement, seenBy: person) == .active)
        let consents = try await person.seesConsents()
        #expect(consents.map(\.state) == [.active])
        #expect(consents.map(\.user) == [director.name])
      }
      let refused = try await bureau.refusal { try await accountant.startsConsent() }
      #expect(refused.code == .permissionDenied)
    }
  }

  @Test func `another's consent is no consent (C-01, C-05)`() async throws {
    try await withOffice { office in
      let max = try await office.bureau.approver("Max")
      let payment = try await office.kim.imports(SupplierInvoice())
      let refused = try await office.bureau.refusal { try await max.startsSigning(payment) }
      #expect(refused.reason == "CONSENT_MISSING")
      try await max.consents()
      try await max.signs(payment)
      #expect(try await max.sees(payment).signer == max.name)
    }
  }

  @Test func `a revoked or expired consent signs nothing (C-01)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, alex = office.alex
      let payment = try await office.kim.imports(SupplierInvoice().with { $0.due = "2026-12-01" })
      let consent = try #require(try await alex.seesConsents().first)
      let notHers = try await bureau.refusal { try await office.kim.revokes(consent: consent.name) }
      #expect(notHers.code == .permissionDenied)

      let begun = try await alex.startsSigning(payment)
      try await alex.revokes(consent: consent.name)
      #expect(
        try await bureau.refusal { try await alex.approves(begun) }.reason == "CONSENT_MISSING")
      #expect(
        try await bureau.refusal { try await alex.startsSigning(payment) }.reason
          == "CONSENT_MISSING")

      try await alex.consents()
      try await bureau.turnClock(to: "2026-08-28T08:00:00Z")  // 179 days
      _ = try await alex.startsSigning(payment)
      try await bureau.turnClock(to: "2026-08-29T08:00:01Z")  // 180 days
      #expect(
        try await bureau.refusal { try await alex.startsSigning(payment) }.reason
          == "CONSENT_MISSING")
      let states = try await alex.seesConsents().map(\.state)
      #expect(Set(states) == [.revoked, .expired])
    }
  }

  // MARK: Roles

  @Test func `a role given or taken away acts on the next call (U-02, U-09)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      let company = try bureau.company
      let payment = try await office.kim.imports(SupplierInvoice())
      let ruth = try await bureau.reader("Ruth")
      #expect(try await ruth.sees(payment).state == .proposalComplete)
      #expect(
        try await bureau.refusal { try await ruth.acknowledges(payment) }.code == .permissionDenied)
      let role = try await robin.gives(ruth, .accountant, at: company)
      #expect(try await ruth.acknowledges(payment).state == .acknowledged)
      try await robin.takesAway(role)
      #expect(
        try await bureau.refusal { try await ruth.deletes(payment) }.code == .permissionDenied)
      #expect(try await ruth.sees(payment).state == .acknowledged)
    }
  }

  @Test func `a signature begun with a role that is taken away meanwhile is not accepted (L-02)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      let payment = try await office.kim.imports(SupplierInvoice())
      let order = try await office.alex.startsSigning(payment)
      let roles = try await robin.calls { connection, metadata in
        try await connection.tenancy.listRoleAssignments(
          .with { $0.parent = bureau.name }, metadata: metadata)
      }.roleAssignments
      try await robin.takesAway(try #require(roles.first { $0.user == office.alex.name }))
      let refused = try await bureau.refusal { try await office.alex.approves(order) }
      #expect(refused.code == .permissionDenied)
      #expect(try await office.kim.sees(payment).state == .proposalComplete)
    }
  }

  // MARK: Deleting

  @Test(arguments: [false, true])
  func `what is deleted is never sent and returns to the proposal (P-12, P-13, L-03)`(
    isAcknowledged: Bool
  ) async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      if isAcknowledged { try await office.kim.acknowledges(payment) }
      #expect(try await office.kim.deletes(payment).state == .deleted)
      let refused = try await bureau.refusal { try await office.alex.startsSigning(payment) }
      #expect(refused.reason == "PAYMENT_STATE")
      try await bureau.bankSettles(on: "2026-03-17")
      #expect(bureau.world.channel.attempts.isEmpty)
      #expect(try await office.kim.restores(payment).state == .proposalComplete)
      try await office.alex.signs(payment)
      try await bureau.bankSettles(on: "2026-03-18")
      #expect(bureau.executed.count == 1)
    }
  }
}
