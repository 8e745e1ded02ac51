// The Ed25519 keys of companies as both ends write them: docs/sealing.md gives each byte. The
// server knows public parts only.

import Crypto
import Foundation
package import Primitives

/// The public part of a signing key, 32 bytes (RFC 8032).
package struct SealingKey: Hashable, Sendable {
  package let bytes: [UInt8]

  package enum Fault: Error, Equatable {
    /// Not 32 bytes, or no point of the curve that only one secret can sign for.
    case notUsable
    /// The file holds no PKCS #8 key of Ed25519.
    case notPrivateKey
  }

  package init(_ bytes: [UInt8]) throws(Fault) {
    guard bytes.count == 32, !Self.isSmall(bytes),
      (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil
    else { throw .notUsable }
    self.bytes = bytes
  }

  /// A key that was checked when it was stored.
  package init(stored bytes: [UInt8]) { self.bytes = bytes }

  /// SHA-256 of the key, 64 lower-case hexadecimal digits.
  package var fingerprint: String { Self.hex(SHA256.hash(data: bytes)) }

  /// Whether `signature` is this key's over `message`.
  package func hasSigned(_ message: [UInt8], with signature: [UInt8]) -> Bool {
    guard signature.count == 64,
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
    else { return false }
    return key.isValidSignature(signature, for: message)
  }

  /// SubjectPublicKeyInfo (RFC 8410) as PEM.
  package var pem: String { Self.pem("PUBLIC KEY", Self.publicPrefix + bytes) }

  /// What a client signs to show that it has the private part and means this company.
  package func proofBytes(company: String) -> [UInt8] {
    Array("bureau/key-proof/v1\n\(company)\n\(fingerprint)\n".utf8)
  }

  /// The same where the company may not be there yet: for a bureau file.
  package func proofBytes(bureau: OrganisationNumber, company: OrganisationNumber) -> [UInt8] {
    let parties = [bureau, company].map { "\($0.country.code) \($0.digits)" }
    return Array(
      "bureau/key-proof/file/v1\n\(parties.joined(separator: "\n"))\n\(fingerprint)\n".utf8)
  }

  package static func isFingerprint(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }

  /// Points of small order, and their second spellings: for these anybody can make signatures. The
  /// sign bit makes no difference.
  private static func isSmall(_ bytes: [UInt8]) -> Bool {
    let y = bytes.dropLast() + [(bytes.last ?? 0) & 0x7F]
    return small.contains(hex(y))
  }

  private static let small: Set = [
    // y = 0 (order 4), 1 (order 1), and the two y of order 8.
    String(repeating: "00", count: 32), "01" + String(repeating: "00", count: 31),
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    // p - 1 (order 2), p (= 0) and p + 1 (= 1).
    "ec" + String(repeating: "ff", count: 30) + "7f",
    "ed" + String(repeating: "ff", count: 30) + "7f",
    "ee" + String(repeating: "ff", count: 30) + "7f",
  ]

  // DER up to the 32 bytes: SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING }.
  private static let publicPrefix: [UInt8] = [
    0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
  ]

  fileprivate static func pem(_ label: String, _ der: [UInt8]) -> String {
    "-----BEGIN \(label)-----\n\(Data(der).base64EncodedString())\n-----END \(label)-----\n"
  }

  static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// The private part: 32 secret bytes. Never described, logged or stored by the server.
package struct SealingSecret: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  /// From 32 random bytes.
  package init(seed: [UInt8]) throws(SealingKey.Fault) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
      throw .notPrivateKey
    }
    self.key = key
  }

  /// From a PKCS #8 file, as this program, `openssl genpkey -algorithm ed25519` and others write.
  package init(pem: String) throws(SealingKey.Fault) {
    let lines = pem.split(whereSeparator: \.isNewline).map(String.init)
    guard let first = lines.firstIndex(of: "-----BEGIN PRIVATE KEY-----"),
      let last = lines.firstIndex(of: "-----END PRIVATE KEY-----"), first < last,
      let der = Data(base64Encoded: lines[(first + 1)..<last].joined())
    else { throw .notPrivateKey }
    let bytes = Array(der)
    guard bytes.count == Self.prefix.count + 32, bytes.starts(with: Self.prefix) else {
      throw .notPrivateKey
    }
    try self.init(seed: Array(bytes.suffix(32)))
  }

  package var publicKey: SealingKey { SealingKey(stored: Array(key.publicKey.rawRepresentation)) }

  /// PKCS #8 (RFC 8410) as PEM: for one file that only its owner may read.
  package var pem: String { SealingKey.pem("PRIVATE KEY", Self.prefix + key.rawRepresentation) }

  package func sign(_ message: [UInt8]) throws(SealingKey.Fault) -> [UInt8] {
    guard let signature = try? key.signature(for: message) else { throw .notPrivateKey }
    return Array(signature)
  }

  // DER up to the 32 bytes: SEQUENCE { 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING OCTET STRING }.
  private static let prefix: [UInt8] = [
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]
}
