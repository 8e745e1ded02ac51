import Connectors
import Foundation
import Primitives
import Sandbox
import Testing

@Suite struct EvidenceTests {
  let authority: SandboxAuthority
  let time = TurnedClock().now
  let content = SigningContent(
    function: .signing, visibleData: Array("Betala 1 250,00 SEK till Elbolaget & <Åkes>".utf8),
    nonVisibleData: Array("digest".utf8))

  init() throws {
    authority = try sharedAuthority.get()
  }

  private func verify(
    _ fault: EvidenceFault?
  ) async throws -> Result<VerifiedEvidence, EvidenceError> {
    let evidence = try await authority.sign(content, by: tolvan, at: time, fault: fault)
    let verifier = try authority.verifier()
    return Result { () throws(EvidenceError) in
      try verifier.verify(
        signature: evidence.signature, ocsp: evidence.ocspResponse, at: time)
    }
  }

  @Test func `good evidence tells who signed what`() async throws {
    let evidence = try await verify(nil).get()
    #expect(evidence.personalNumber == tolvan.personalNumber)
    #expect(evidence.name == "Tolvan Tolvansson")
    #expect(evidence.givenName == "Tolvan")
    #expect(evidence.surname == "Tolvansson")
    #expect(evidence.function == .signing)
    #expect(evidence.visibleText == "Betala 1 250,00 SEK till Elbolaget & <Åkes>")
    #expect(evidence.nonVisibleData == Array("digest".utf8))
    #expect(String(decoding: evidence.signedBytes, as: UTF8.self).hasPrefix("<bankIdSignedData "))
  }

  /// Each way in which evidence can be bad, and the refusal that must name it.
  static let refusals: [(EvidenceFault, String)] = [
    (.foreignRoot, "EVIDENCE_CHAIN"),
    (.expiredCertificate, "EVIDENCE_CHAIN"),
    (.otherCertificate, "EVIDENCE_SIGNATURE"),
    (.addedCertificate, "EVIDENCE_SIGNATURE"),
    (.changedText, "EVIDENCE_SIGNATURE"),
    (.duplicateBefore, "EVIDENCE_SHAPE"),
    (.duplicateAfter, "EVIDENCE_SHAPE"),
    (.otherIdBefore, "EVIDENCE_SHAPE"),
    (.noIdInside, "EVIDENCE_SHAPE"),
    (.wrapped, "EVIDENCE_SHAPE"),
    (.doctype, "EVIDENCE_MALFORMED"),
    (.keyValue, "EVIDENCE_SHAPE"),
    (.fileReference, "EVIDENCE_SIGNATURE"),
    (.missingReference, "EVIDENCE_REFERENCES"),
    (.sha1, "EVIDENCE_SIGNATURE"),
    (.revoked, "EVIDENCE_OCSP_REVOKED"),
    (.unknownStatus, "EVIDENCE_OCSP_UNKNOWN"),
    (.staleOCSP, "EVIDENCE_OCSP_STALE"),
    (.otherNonce, "EVIDENCE_OCSP_NONCE"),
    (.missingNonce, "EVIDENCE_OCSP_NONCE"),
    (.addedBlank, "EVIDENCE_OCSP_NONCE"),
    (.otherCertificateOCSP, "EVIDENCE_OCSP_OTHER_CERTIFICATE"),
    (.foreignResponder, "EVIDENCE_OCSP_RESPONDER"),
    (.personAsResponder, "EVIDENCE_OCSP_RESPONDER"),
    (.missingOCSP, "EVIDENCE_OCSP_MALFORMED"),
    (.damagedOCSP, "EVIDENCE_OCSP_MALFORMED"),
  ]

  @Test(arguments: refusals)
  func `bad evidence is refused for its own reason`(
    fault: EvidenceFault, reason: String
  ) async throws {
    switch try await verify(fault) {
    case .success: Issue.record("accepted in spite of \(fault)")
    case .failure(let error): #expect(error.reason == reason, "\(error)")
    }
  }
}
