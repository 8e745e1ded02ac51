import Connectors
import Primitives
import Sandbox
import Testing

/// A collected result is held against what was asked for.
@Suite struct CompletionTests {
  private static let text = "Betala 1 250,00 SEK till Åkes El"
  private static let expected = EvidenceExpectation(
    function: .signing, visibleText: text, nonVisibleData: [1, 2, 3])

  private func outcome(
    fault: EvidenceFault? = nil, expecting expected: EvidenceExpectation = expected
  ) async throws -> Result<VerifiedEvidence, EvidenceError> {
    let outcome = Outcome()
    try await withBankID { world in
      await world.sandbox.setEvidenceFault(fault)
      await world.sandbox.startAutoApproval(as: tolvan.personalNumber)
      let order = try await world.client.sign(
        endUserIP: "127.0.0.1", visibleText: Self.text, nonVisible: [1, 2, 3])
      guard case .complete(let completion) = try await world.client.collect(order.orderRef) else {
        Issue.record("not complete")
        return
      }
      let verifier = try world.sandbox.authority.verifier()
      await outcome.set(
        Result { () throws(EvidenceError) in
          try verifier.verify(completion, expecting: expected, at: world.clock.now)
        })
    }
    return try #require(await outcome.value)
  }

  private actor Outcome {
    var value: Result<VerifiedEvidence, EvidenceError>?
    func set(_ value: Result<VerifiedEvidence, EvidenceError>) { self.value = value }
  }

  @Test func `what was asked for is accepted`() async throws {
    #expect(try await outcome().get().visibleText == Self.text)
  }

  @Test(arguments: [
    (EvidenceFault.otherText, EvidenceError.otherText), (.otherData, .otherData),
    (.otherFunction, .otherFunction), (.otherPerson, .otherPerson), (.revoked, .ocspRevoked),
  ])
  func `sound evidence of something else is refused`(
    fault: EvidenceFault, error: EvidenceError
  ) async throws {
    #expect(try await outcome(fault: fault) == .failure(error))
  }

  @Test func `another person than expected is refused`() async throws {
    let expected = EvidenceExpectation(
      function: .signing, visibleText: Self.text, nonVisibleData: [1, 2, 3],
      personalNumber: astrid.personalNumber)
    #expect(try await outcome(expecting: expected) == .failure(.otherPerson))
  }

  @Test func `a text that only looks the same is another text`() async throws {
    let decomposed = Self.text.replacing("Å", with: "A\u{30A}")
    #expect(decomposed == Self.text)  // to Swift
    let expected = EvidenceExpectation(
      function: .signing, visibleText: decomposed, nonVisibleData: [1, 2, 3])
    #expect(try await outcome(expecting: expected) == .failure(.otherText))
  }

  @Test(arguments: [
    EvidenceExpectation(function: .signing, visibleText: text),
    EvidenceExpectation(function: .signing, visibleText: text, nonVisibleData: []),
  ])
  func `data that was not expected is refused`(expected: EvidenceExpectation) async throws {
    #expect(try await outcome(expecting: expected) == .failure(.otherData))
  }
}
