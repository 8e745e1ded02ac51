// The sandbox's BankID: the certificate authorities, the people's keys, and the signing of
// evidence, all in process and kept in one folder. Nothing here is trusted outside the sandbox.

import CEvidence
import Crypto
import CryptoExtras
import Foundation
package import Primitives
import X509

/// What a completed order hands out: both fields base64, as in BankID's completionData.
package struct SandboxEvidence: Hashable, Sendable {
  package var signature: String
  package var ocspResponse: String
}

/// The TLS side of the sandbox: what its server and a relying party need, all PEM.
package struct SandboxTLS: Sendable, CustomStringConvertible {
  /// The server's certificate, for 127.0.0.1 and localhost, and the root that issued it.
  package let serverCertificate: String
  package let serverKey: String
  package let serverRoot: String
  /// The relying party's client certificate, and the root that the server trusts for it.
  package let relyingPartyCertificate: String
  package let relyingPartyKey: String
  package let relyingPartyRoot: String

  package var description: String { "SandboxTLS(keys redacted)" }
}

/// Issues the sandbox's BankIDs and signs with them.
///
/// Chain: root → bank CA → customer CA → person; the OCSP responder hangs under the customer CA.
/// All are valid from 2020 to 2060. A person's key is made when the person first signs.
package actor SandboxAuthority {
  /// The root that `EvidenceVerifier` must be given.
  package nonisolated let rootPEM: String
  package nonisolated let tls: SandboxTLS
  package nonisolated let people: [SandboxPerson]

  private let folder: SandboxKeyFolder
  private let chain: Chain
  private var foreign: Chain?
  private var cached: [String: SandboxIdentity] = [:]

  /// Opens the authority kept in `folder`, making on first use what is missing there.
  package init(folder path: String, people: [SandboxPerson] = SandboxPerson.defaults) throws {
    let folder = try SandboxKeyFolder(path: path)
    self.folder = folder
    self.people = people
    chain = try Chain(folder: folder, prefix: "")
    rootPEM = chain.root.certificatePEM
    tls = try Self.tls(folder)
  }

  /// The root of the chain that `EvidenceFault.foreignRoot` signs with: to be trusted nowhere.
  package func foreignRootPEM() throws -> String { try foreignChain().root.certificatePEM }

  package nonisolated func person(_ number: PersonalNumber) -> SandboxPerson? {
    people.first { $0.personalNumber == number }
  }

  /// Signs `content` as `person` at `time`, with its OCSP response; `fault` makes it bad.
  package func sign(
    _ content: SigningContent, by person: SandboxPerson, at time: Instant,
    fault: EvidenceFault? = nil
  ) throws -> SandboxEvidence {
    var content = content
    fault?.change(&content)
    let signer = try signer(person, fault)
    var writer = EvidenceWriter(content, certificates: signer.shown)
    try fault?.change(&writer)
    let key =
      fault == .keyValue ? try other(than: person).rsaKey() : try signer.identity.rsaKey()
    if fault == .keyValue {
      writer.keyInfo = try EvidenceWriter.keyInfo(bareKey: key.publicKey)
      writer.references = [writer.dataReference, writer.keyReference]
    }
    var document = try writer.document(signedWith: key)
    fault?.change(&document, data: writer.data)
    let response = try ocspResponse(
      about: signer, document: Array(document.utf8), at: time, fault)
    if fault == .addedBlank { document = document.replacing("<Object>", with: "<Object> ") }
    return SandboxEvidence(
      signature: Data(document.utf8).base64EncodedString(),
      ocspResponse: Data(response).base64EncodedString())
  }
}

// MARK: Who signs

extension SandboxAuthority {
  /// The one who signs, and the certificates that the document shows.
  private struct Signer {
    let identity: SandboxIdentity
    let issuer: Chain
    let shown: [[UInt8]]
  }

  private func signer(_ person: SandboxPerson, _ fault: EvidenceFault?) throws -> Signer {
    switch fault {
    case .foreignRoot:
      let foreign = try foreignChain()
      let identity = try identity(of: person, in: foreign)
      return Signer(identity: identity, issuer: foreign, shown: foreign.shown(identity))
    case .expiredCertificate:
      let identity = try identity(
        of: person, in: chain, suffix: "-expired", validUntil: CertificateIssuing.expiredSince)
      return Signer(identity: identity, issuer: chain, shown: chain.shown(identity))
    case .encryptionCertificate:
      let identity = try identity(
        of: person, in: chain, suffix: "-encryption", purpose: .personForEncryption)
      return Signer(identity: identity, issuer: chain, shown: chain.shown(identity))
    case .authorityAsSigner:
      let shown = Array(chain.shown(chain.customerCA).dropFirst())
      return Signer(identity: chain.customerCA, issuer: chain, shown: shown)
    case .responderAsSigner:
      let shown = chain.shown(chain.responder)
      return Signer(identity: chain.responder, issuer: chain, shown: shown)
    case .otherPerson:
      let identity = try other(than: person)
      return Signer(identity: identity, issuer: chain, shown: chain.shown(identity))
    case .otherCertificate:
      let shown = chain.shown(try other(than: person))
      return Signer(identity: try identity(of: person, in: chain), issuer: chain, shown: shown)
    case .addedCertificate:
      let added = try other(than: person)
      let shown = chain.shown(try identity(of: person, in: chain)) + [added.certificateDER]
      return Signer(identity: added, issuer: chain, shown: shown)
    default:
      let identity = try identity(of: person, in: chain)
      return Signer(identity: identity, issuer: chain, shown: chain.shown(identity))
    }
  }

  private func other(than person: SandboxPerson) throws -> SandboxIdentity {
    guard let other = people.first(where: { $0 != person }) else {
      throw SandboxAuthorityError.unknownPerson
    }
    return try identity(of: other, in: chain)
  }

  private func identity(
    of person: SandboxPerson, in chain: Chain, suffix: String = "",
    purpose: CertificatePurpose = .person, validUntil: Date = CertificateIssuing.validUntil
  ) throws -> SandboxIdentity {
    let name = "\(chain.prefix)person-\(person.personalNumber.digits)\(suffix)"
    if let known = cached[name] { return known }
    let identity = try folder.identity(name) {
      try CertificateIssuing.issue(
        purpose, subject: .person(person), by: chain.customerCA, validUntil: validUntil)
    }
    cached[name] = identity
    return identity
  }

  private func foreignChain() throws -> Chain {
    if let foreign { return foreign }
    let made = try Chain(folder: folder, prefix: "foreign-")
    foreign = made
    return made
  }
}

// MARK: OCSP

extension SandboxAuthority {
  /// How far a stale response lies before the signature, in seconds.
  private static let staleSeconds: Int64 = 2 * 24 * 3600

  private func ocspResponse(
    about signer: Signer, document: [UInt8], at time: Instant, _ fault: EvidenceFault?
  ) throws -> [UInt8] {
    if fault == .missingOCSP { return [] }
    if fault == .damagedOCSP { return [0x30, 0x03, 0x0A, 0x01, 0x01] }
    // The sandbox's rule for the nonce: SHA-256 of the exact document.
    var nonce = Array(SHA256.hash(data: document))
    if fault == .otherNonce { nonce[0] ^= 1 }
    if fault == .missingNonce { nonce = [] }

    var leaf = signer.shown[0]
    var responder = signer.issuer.responder
    if fault == .otherCertificateOCSP, let last = people.last {
      leaf = try identity(of: last, in: chain).certificateDER
    }
    if fault == .keyValue { leaf = chain.responder.certificateDER }
    if fault == .foreignResponder { responder = try foreignChain().responder }
    if fault == .personAsResponder { responder = signer.identity }

    let status: ev_status =
      switch fault {
      case .revoked: EV_STATUS_REVOKED
      case .unknownStatus: EV_STATUS_UNKNOWN
      default: EV_STATUS_GOOD
      }
    let seconds = time.microseconds / 1_000_000 - (fault == .staleOCSP ? Self.staleSeconds : 0)
    var bytes = ev_bytes()
    defer { ev_bytes_free(&bytes) }
    let made = ev_ocsp_respond(
      signer.issuer.customerCA.certificatePEM, responder.certificatePEM, responder.keyPEM,
      leaf, leaf.count, status, time_t(seconds), nonce, nonce.count, &bytes)
    guard made == 0 else { throw SandboxAuthorityError.noResponse }
    return Array(UnsafeBufferPointer(start: bytes.data, count: bytes.len))
  }
}

// MARK: The authorities

extension SandboxAuthority {
  /// The CAs of one BankID world and its OCSP responder.
  private struct Chain: Sendable {
    let prefix: String
    let root: SandboxIdentity
    let bankCA: SandboxIdentity
    let customerCA: SandboxIdentity
    let responder: SandboxIdentity

    init(folder: SandboxKeyFolder, prefix: String) throws {
      func make(
        _ name: String, _ purpose: CertificatePurpose, _ commonName: String,
        by issuer: SandboxIdentity?
      ) throws -> SandboxIdentity {
        try folder.identity(prefix + name) {
          try CertificateIssuing.issue(purpose, subject: .sandbox(commonName), by: issuer)
        }
      }
      self.prefix = prefix
      root = try make("root", .root, "Sandbox BankID Root CA v1", by: nil)
      bankCA = try make("bank-ca", .authority(below: 1), "Sandbox Bank CA v1", by: root)
      customerCA = try make(
        "customer-ca", .authority(below: 0), "Sandbox Bank Customer CA v1", by: bankCA)
      responder = try make(
        "ocsp-responder", .ocspResponder, "Sandbox Bank OCSP Signing", by: customerCA)
    }

    /// Leaf first, then its CAs, without the root: BankID's order.
    func shown(_ identity: SandboxIdentity) -> [[UInt8]] {
      [identity.certificateDER, customerCA.certificateDER, bankCA.certificateDER]
    }
  }

  private static func tls(_ folder: SandboxKeyFolder) throws -> SandboxTLS {
    func make(
      _ name: String, _ purpose: CertificatePurpose, _ commonName: String,
      by issuer: SandboxIdentity?
    ) throws -> SandboxIdentity {
      try folder.identity(name) {
        try CertificateIssuing.issue(purpose, subject: .sandbox(commonName), by: issuer)
      }
    }
    let serverRoot = try make(
      "tls-root", .authority(below: 0), "Sandbox TLS Root CA v1", by: nil)
    let server = try make("tls-server", .tlsServer, "localhost", by: serverRoot)
    let relyingPartyRoot = try make(
      "rp-root", .authority(below: 0), "Sandbox RP Root CA v1", by: nil)
    let relyingParty = try make("rp", .tlsClient, "Sandbox relying party", by: relyingPartyRoot)
    return SandboxTLS(
      serverCertificate: server.certificatePEM, serverKey: server.keyPEM,
      serverRoot: serverRoot.certificatePEM,
      relyingPartyCertificate: relyingParty.certificatePEM, relyingPartyKey: relyingParty.keyPEM,
      relyingPartyRoot: relyingPartyRoot.certificatePEM)
  }
}
