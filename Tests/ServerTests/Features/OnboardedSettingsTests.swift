import BureauAPI
import Domain
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Sealing
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// A company's policy and signing key from a bureau file: with the company, whole, and once.
@Suite(.everyEngine) struct OnboardedSettingsTests {
  private func apply(
    _ request: Bureau_V1_ApplyCompanyRequest, by person: Person
  ) async throws -> Bureau_V1_ApplyCompanyResponse {
    try await person.calls { connection, metadata in
      try await connection.onboarding.applyCompany(request, metadata: metadata)
    }
  }

  private func state(_ bureau: TestBureau) async throws -> Bureau_V1_BureauState {
    let parent = bureau.name
    return try await bureau.administrator.calls { connection, metadata in
      try await connection.onboarding.readBureauState(
        .with { $0.parent = parent }, metadata: metadata
      ) { response in
        var whole = Bureau_V1_BureauState()
        for try await part in response.messages {
          if part.hasBureau { whole.bureau = part.bureau }
          whole.companies += part.companies
        }
        return whole
      }
    }
  }

  /// A key with its proof for the `number`th company.
  private func key(_ secret: SealingSecret, number: Int, _ bureau: TestBureau) async throws
    -> Bureau_V1_NewSigningKey
  {
    let home = try await state(bureau).bureau
    let proof = try secret.sign(
      secret.publicKey.proofBytes(
        bureau: OrganisationNumber(
          home.organisationNumber, country: CountryCode(home.countryCode)),
        company: OrganisationNumber(Numbers.organisation(number), country: .no)))
    return .with {
      $0.publicKey = Data(secret.publicKey.bytes)
      $0.proof = Data(proof)
    }
  }

  private func wish(_ bureau: TestBureau) async throws -> Bureau_V1_ApplyCompanyRequest {
    var wish = try bureau.wish("Ny Fisk AS", number: 70)
    wish.policy.perPayment = [.nok(above: 5_000_000, 2)]
    wish.policy.makerMayNotSign = true
    wish.signingKey = try await key(try .test(1), number: 70, bureau)
    return wish
  }

  private func company(_ answer: Bureau_V1_ApplyCompanyResponse, _ bureau: TestBureau) throws
    -> TestCompany
  {
    let id = try #require(ID<Company>(hex: String(answer.company.suffix(32))))
    return TestCompany(
      name: answer.company, displayName: "Ny Fisk AS",
      place: .init(bureau: bureau.id, company: id), account: "")
  }

  @Test func `both come with the company, in its own journal and under one request (K-01, K-04)`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator, wish = try await wish(bureau)
      let answer = try await apply(wish, by: robin)
      #expect(answer.done.companyCreated && answer.done.policySet)
      #expect(answer.done.signingKeyCreated)
      let company = try company(answer, bureau)
      let theirs = try await bureau.facts(of: company)
      #expect(
        theirs.map(\.fact.name) == [
          "AgreementDrafted", "AgreementSent", "CompanyPolicySet", "SigningKeyCreated",
        ])
      #expect(theirs.allSatisfy { $0.requestID == wish.requestID })
      let policy = try await robin.seesPolicy(at: company)
      #expect(policy.makerMayNotSign && policy.perPayment == wish.policy.perPayment)
      let keys = try await robin.seesKeys(at: company)
      #expect(keys.map(\.publicKey) == [wish.signingKey.publicKey])
      #expect(keys.map(\.state) == [.current] && keys.map(\.maker) == [.client])
      // The state tells both, and nothing of the company that has none.
      let state = try await state(bureau)
      let told = try #require(state.companies.first { $0.company.name == answer.company })
      #expect(told.policy == policy && told.signingKeys == keys)
      #expect(state.companies.count { $0.hasPolicy || !$0.signingKeys.isEmpty } == 1)
    }
  }

  @Test func `the same once more changes nothing, also under another request`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      var wish = try await wish(bureau)
      let first = try await apply(wish, by: robin)
      let journals = try await bureau.journals()
      #expect(try await apply(wish, by: robin) == first)
      wish.requestID = "another"
      #expect(try await apply(wish, by: robin).done == Bureau_V1_OnboardingCounts())
      // Known by its public part; and what is not spoken of is left.
      wish.signingKey.proof = Data()
      wish.requestID = "without-proof"
      #expect(try await apply(wish, by: robin).done == Bureau_V1_OnboardingCounts())
      wish.clearPolicy()
      wish.clearSigningKey()
      wish.requestID = "silent"
      #expect(try await apply(wish, by: robin).done == Bureau_V1_OnboardingCounts())
      #expect(try await bureau.journals() == journals)
      #expect(try await robin.seesPolicy(at: company(first, bureau)).makerMayNotSign)
    }
  }

  @Test func `a policy changed by hand is set again, and only that`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      var wish = try await wish(bureau)
      let company = try company(try await apply(wish, by: robin), bureau)
      try await robin.sets(at: company) { $0.approvers = 3 }
      wish.requestID = "again"
      let done = try await apply(wish, by: robin).done
      #expect(done == .with { $0.policySet = true })
      #expect(try await robin.seesPolicy(at: company).perPayment == wish.policy.perPayment)
      #expect(try await bureau.facts(of: company).last?.fact.name == "CompanyPolicySet")
    }
  }

  @Test func `a refusal leaves nothing of the company behind`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator, good = try await wish(bureau)
      let journals = try await bureau.journals()
      func refused(_ change: (inout Bureau_V1_ApplyCompanyRequest) async throws -> Void)
        async throws -> String
      {
        var wish = good
        try await change(&wish)
        wish.requestID = robin.newRequestID()
        let asked = wish
        return try await bureau.refusal { try await apply(asked, by: robin) }.reason
      }
      #expect(try await refused { $0.policy.approvers = 9 } == "POLICY_INVALID")
      #expect(try await refused { $0.policy.perDay = [.init()] } == "POLICY_INVALID")
      #expect(
        try await refused {
          $0.policy.examples = [
            .with {
              $0.payment.currencyCode = "NOK"
              $0.approvers = 2
            }
          ]
        } == "POLICY_EXAMPLE_FAILS")
      #expect(
        try await refused { $0.signingKey.publicKey.removeLast() } == "SIGNING_KEY_INVALID")
      #expect(try await refused { $0.signingKey = .init() } == "SIGNING_KEY_INVALID")
      #expect(
        try await refused { $0.signingKey.proof = Data() } == "SIGNING_KEY_PROOF_MISSING")
      // A proof for another company of the bureau.
      #expect(
        try await refused { $0.signingKey = try await key(try .test(1), number: 71, bureau) }
          == "SIGNING_KEY_PROOF")
      #expect(try await bureau.journals() == journals)
      #expect(try await state(bureau).companies.count == 1)
    }
  }

  @Test func `a key is one company's, and one current key is enough (K-01, K-05)`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      var wish = try await wish(bureau)
      let company = try company(try await apply(wish, by: robin), bureau)
      // Somebody else's.
      var other = try bureau.wish("Andre AS", number: 71)
      other.signingKey = try await key(try .test(1), number: 71, bureau)
      let taken = other
      #expect(
        try await bureau.refusal { try await apply(taken, by: robin) }.reason
          == "SIGNING_KEY_TAKEN")
      #expect(try await state(bureau).companies.count == 2)
      // Another in the place of the current one.
      wish.signingKey = try await key(try .test(2), number: 70, bureau)
      wish.requestID = "second"
      let second = wish
      #expect(
        try await bureau.refusal { try await apply(second, by: robin) }.reason
          == "SIGNING_KEY_DIFFERS")
      // And the first one after it was revoked.
      let current = try #require(try await robin.seesKeys(at: company).first)
      _ = try await robin.revokes(current)
      wish.signingKey = try await key(try .test(1), number: 70, bureau)
      wish.requestID = "third"
      let third = wish
      #expect(
        try await bureau.refusal { try await apply(third, by: robin) }.reason
          == "SIGNING_KEY_OVER")
      wish.signingKey = second.signingKey
      wish.requestID = "fourth"
      #expect(try await apply(wish, by: robin).done.signingKeyCreated)
      #expect(try await robin.seesKeys(at: company).map(\.state) == [.revoked, .current])
    }
  }
}
