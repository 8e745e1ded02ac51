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
    (.encryptionCertificate, "EVIDENCE_LEAF_USAGE"),
    (.authorityAsSigner, "EVIDENCE_LEAF_USAGE"),
    (.responderAsSigner, "EVIDENCE_LEAF_USAGE"),
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

  @Test func `every fault of the sandbox is refused, or named here as harmless by itself`() {
    let soundAlone: Set<EvidenceFault> = [
      .comment, .otherText, .otherData, .otherFunction, .otherPerson,
    ]
    let refused = Set(Self.refusals.map(\.0))
    #expect(refused.union(soundAlone) == Set(EvidenceFault.allCases))
    #expect(refused.isDisjoint(with: soundAlone))
  }

  @Test(arguments: [EvidenceFault.sha1, .fileReference])
  func `what is not allowed is refused before anything is digested`(
    fault: EvidenceFault
  ) async throws {
    let outcome = try await verify(fault)
    #expect(outcome == .failure(.signature("signature: form or algorithm not allowed")))
  }

  @Test func `a comment within the text does not cut it`() async throws {
    let evidence = try await verify(.comment).get()
    #expect(evidence.visibleText == "Betala 1 250,00 SEK till Elbolaget & <Åkes>")
  }

  @Test func `a foreign chain is sound under its own root only`() async throws {
    let evidence = try await authority.sign(content, by: tolvan, at: time, fault: .foreignRoot)
    let verifier = try await EvidenceVerifier(
      rootPEM: authority.foreignRootPEM(), nonceRule: .sha256OfDocument)
    let verified = try verifier.verify(
      signature: evidence.signature, ocsp: evidence.ocspResponse, at: time)
    #expect(verified.personalNumber == tolvan.personalNumber)
  }

  /// In a process of its own, as the CA store is named by the process's environment.
  @Test func `a foreign root in the system's CA store is not trusted`() async {
    await #expect(processExitsWith: .success) {
      let folder = FileManager.default.temporaryDirectory
        .appending(path: "bankid-store-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      let authority = try SandboxAuthority(folder: folder.path(percentEncoded: false))
      let store = folder.appending(path: "store.pem").path(percentEncoded: false)
      try await authority.foreignRootPEM().write(
        toFile: store, atomically: true, encoding: .utf8)
      setenv("SSL_CERT_FILE", store, 1)
      setenv("SSL_CERT_DIR", folder.path(percentEncoded: false), 1)
      let time = TurnedClock().now
      let evidence = try await authority.sign(
        SigningContent(function: .signing, visibleData: [65]), by: SandboxPerson.defaults[0],
        at: time, fault: .foreignRoot)
      let refused = #expect(throws: EvidenceError.self) {
        try authority.verifier().verify(
          signature: evidence.signature, ocsp: evidence.ocspResponse, at: time)
      }
      #expect(refused?.reason == "EVIDENCE_CHAIN")
    }
  }

  @Test func `another nonce rule is asked for the document's bytes`() async throws {
    let evidence = try await authority.sign(content, by: tolvan, at: time)
    let document = Array(try #require(Data(base64Encoded: evidence.signature)))
    let verifier = try EvidenceVerifier(
      rootPEM: authority.rootPEM,
      nonceRule: OCSPNonceRule { bytes in bytes == document ? [1, 2, 3] : [] })
    #expect(throws: EvidenceError.ocspNonce) {
      try verifier.verify(signature: evidence.signature, ocsp: evidence.ocspResponse, at: time)
    }
  }

  @Test(arguments: [(-300, true), (300, true), (-301, false), (301, false)])
  func `the OCSP response must be made within the window`(seconds: Int, isFresh: Bool) async throws
  {
    let evidence = try await authority.sign(content, by: tolvan, at: time)
    let verifier = try authority.verifier(window: 300)
    let outcome = Result { () throws(EvidenceError) in
      try verifier.verify(
        signature: evidence.signature, ocsp: evidence.ocspResponse,
        at: time.adding(seconds: seconds))
    }
    if isFresh { _ = try outcome.get() } else { #expect(outcome == .failure(.ocspStale)) }
  }

  @Test func `an OCSP response of another document does not fit`() async throws {
    let first = try await authority.sign(content, by: tolvan, at: time)
    let second = try await authority.sign(content, by: tolvan, at: time)
    let verifier = try authority.verifier()
    #expect(throws: EvidenceError.ocspNonce) {
      try verifier.verify(signature: first.signature, ocsp: second.ocspResponse, at: time)
    }
  }

  @Test(arguments: ["", "not base64!", "PHg+PC94Pg==", "PHg+", "AAAA"])
  func `a signature that is no signature is refused`(text: String) async throws {
    let evidence = try await authority.sign(content, by: tolvan, at: time)
    let verifier = try authority.verifier()
    let refused = #expect(throws: EvidenceError.self) {
      try verifier.verify(signature: text, ocsp: evidence.ocspResponse, at: time)
    }
    #expect(["EVIDENCE_MALFORMED", "EVIDENCE_SHAPE"].contains(refused?.reason))
  }

  @Test func `what is larger than any signature is refused unread`() throws {
    let verifier = try authority.verifier()
    let large = String(repeating: "AAAA", count: 700_000)
    #expect(throws: EvidenceError.malformed("the signature is not base64, or too large")) {
      try verifier.verify(signature: large, ocsp: "", at: time)
    }
  }

  @Test(arguments: ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
  func `a root that is no certificate is refused at once`(pem: String) {
    #expect(throws: EvidenceError.badRoot) {
      try EvidenceVerifier(rootPEM: pem, nonceRule: .sha256OfDocument)
    }
  }

  @Test(arguments: 1...3)
  func `no changed byte of the document or the response is accepted`(seed: UInt64) async throws {
    let evidence = try await authority.sign(content, by: tolvan, at: time)
    let verifier = try authority.verifier()
    var random = SplitMix(state: seed)
    for _ in 0..<150 {
      var changed = evidence
      if Bool.random(using: &random) {
        changed.signature = try Self.mutated(evidence.signature, &random)
      } else {
        changed.ocspResponse = try Self.mutated(evidence.ocspResponse, &random)
      }
      #expect(throws: EvidenceError.self, "seed \(seed)") {
        try verifier.verify(
          signature: changed.signature, ocsp: changed.ocspResponse, at: time)
      }
    }
  }

  private static func mutated(_ text: String, _ random: inout SplitMix) throws -> String {
    var bytes = try #require(Data(base64Encoded: text))
    let place = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: bytes[place] ^= UInt8.random(in: 1...255, using: &random)
    case 1: bytes = bytes.prefix(place)
    default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
    }
    return bytes.base64EncodedString()
  }

  @Test func `many are verified at once, good and bad`() async throws {
    let good = try await authority.sign(content, by: tolvan, at: time)
    let bad = try await authority.sign(content, by: tolvan, at: time, fault: .changedText)
    let verifier = try authority.verifier()
    let time = time
    let accepted = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<40).count { index in
            let evidence = index.isMultiple(of: 2) ? good : bad
            return
              (try? verifier.verify(
                signature: evidence.signature, ocsp: evidence.ocspResponse, at: time)) != nil
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(accepted == 8 * 20)
  }
}

/// A seeded generator (SplitMix64), so that a failure names its seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
