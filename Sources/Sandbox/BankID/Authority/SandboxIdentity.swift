// A key with its certificate, and the one way the sandbox issues certificates.

import Crypto
import CryptoExtras
import Foundation
import Primitives
import SwiftASN1
import X509

/// A private key and the certificate that names its holder.
struct SandboxIdentity: Sendable {
  let keyPEM: String
  let certificate: Certificate
  let certificatePEM: String
  let certificateDER: [UInt8]

  init(keyPEM: String, certificate: Certificate) throws {
    let pem = try certificate.serializeAsPEM()
    self.keyPEM = keyPEM
    self.certificate = certificate
    certificatePEM = pem.pemString
    certificateDER = pem.derBytes
  }

  /// Reads what `text` wrote.
  init(text: String) throws {
    let documents = try PEMDocument.parseMultiple(pemString: text)
    guard documents.count == 2 else { throw IdentityError.notAPair }
    try self.init(
      keyPEM: documents[0].pemString, certificate: Certificate(pemDocument: documents[1]))
    guard try privateKey().publicKey == certificate.publicKey else { throw IdentityError.notAPair }
  }

  private enum IdentityError: Error { case notAPair }

  /// Key and certificate in one file, so that the pair can't come apart.
  var text: String { keyPEM + "\n" + certificatePEM + "\n" }

  func privateKey() throws -> Certificate.PrivateKey {
    try Certificate.PrivateKey(pemEncoded: keyPEM)
  }

  func rsaKey() throws -> _RSA.Signing.PrivateKey {
    try _RSA.Signing.PrivateKey(pemRepresentation: keyPEM)
  }
}

/// What a certificate of the sandbox is for; decides its extensions.
enum CertificatePurpose {
  case root
  /// A CA that may have `below` further CAs under it.
  case authority(below: Int)
  case person
  case personForEncryption
  case ocspResponder
  case tlsServer
  case tlsClient

  /// The BankID chain uses RSA as the real one does; TLS uses P-256, which is quicker to make.
  fileprivate var isRSA: Bool {
    switch self {
    case .root, .authority, .person, .personForEncryption, .ocspResponder: true
    case .tlsServer, .tlsClient: false
    }
  }
}

enum CertificateIssuing {
  // Wide enough that a turned clock still verifies.
  static let validFrom = Date(timeIntervalSince1970: 1_577_836_800)  // 2020-01-01
  static let validUntil = Date(timeIntervalSince1970: 2_840_140_800)  // 2060-01-01
  static let expiredSince = Date(timeIntervalSince1970: 1_609_459_200)  // 2021-01-01

  /// Makes a new key and its certificate; without `issuer` it is self-signed.
  static func issue(
    _ purpose: CertificatePurpose, subject: DistinguishedName, by issuer: SandboxIdentity?,
    validUntil: Date = validUntil
  ) throws -> SandboxIdentity {
    let (key, keyPEM) = try newKey(isRSA: purpose.isRSA)
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
      notValidBefore: validFrom, notValidAfter: validUntil,
      issuer: issuer?.certificate.subject ?? subject, subject: subject,
      extensions: extensions(
        purpose, key: key.publicKey, issuerKey: issuer?.certificate.publicKey),
      issuerPrivateKey: issuer?.privateKey() ?? key)
    return try SandboxIdentity(keyPEM: keyPEM, certificate: certificate)
  }

  private static func newKey(isRSA: Bool) throws -> (Certificate.PrivateKey, String) {
    if isRSA {
      let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
      return (Certificate.PrivateKey(key), key.pemRepresentation)
    }
    let key = P256.Signing.PrivateKey()
    return (Certificate.PrivateKey(key), key.pemRepresentation)
  }

  private static func extensions(
    _ purpose: CertificatePurpose, key: Certificate.PublicKey, issuerKey: Certificate.PublicKey?
  ) throws -> Certificate.Extensions {
    // OpenSSL's X509_STRICT asks every certificate for key identifiers, every CA for key usage.
    var list: [Certificate.Extension] = [
      try .init(SubjectKeyIdentifier(hash: key), critical: false)
    ]
    if let issuerKey {
      let identifier = SubjectKeyIdentifier(hash: issuerKey).keyIdentifier
      list.append(
        try .init(AuthorityKeyIdentifier(keyIdentifier: identifier), critical: false))
    }
    switch purpose {
    case .root:
      list += try authority(maxPathLength: nil)
    case .authority(let below):
      list += try authority(maxPathLength: below)
    case .person:
      list += try leaf(KeyUsage(digitalSignature: true, nonRepudiation: true))
      list.append(mobileBankIDPolicy)
    case .personForEncryption:
      list += try leaf(KeyUsage(keyEncipherment: true))
    case .ocspResponder:
      list += try leaf(KeyUsage(digitalSignature: true))
      list.append(try .init(ExtendedKeyUsage([.ocspSigning]), critical: false))
      list.append(noCheck)
    case .tlsServer:
      list += try leaf(KeyUsage(digitalSignature: true))
      list.append(try .init(ExtendedKeyUsage([.serverAuth]), critical: false))
      let loopback = ASN1OctetString(contentBytes: [127, 0, 0, 1])
      list.append(
        try .init(
          SubjectAlternativeNames([.dnsName("localhost"), .ipAddress(loopback)]), critical: false))
    case .tlsClient:
      list += try leaf(KeyUsage(digitalSignature: true))
      list.append(try .init(ExtendedKeyUsage([.clientAuth]), critical: false))
    }
    return try Certificate.Extensions(list)
  }

  private static func authority(maxPathLength: Int?) throws -> [Certificate.Extension] {
    [
      try .init(
        BasicConstraints.isCertificateAuthority(maxPathLength: maxPathLength), critical: true),
      try .init(KeyUsage(keyCertSign: true, cRLSign: true), critical: true),
    ]
  }

  private static func leaf(_ usage: KeyUsage) throws -> [Certificate.Extension] {
    [
      try .init(BasicConstraints.notCertificateAuthority, critical: true),
      try .init(usage, critical: true),
    ]
  }

  /// certificatePolicies (2.5.29.32) with the one policy 1.2.752.78.1.5, mobile BankID.
  private static let mobileBankIDPolicy = Certificate.Extension(
    oid: [2, 5, 29, 32], critical: false,
    value: [0x30, 0x0A, 0x30, 0x08, 0x06, 0x06, 0x2A, 0x85, 0x70, 0x4E, 0x01, 0x05])

  /// id-pkix-ocsp-nocheck: nobody asks about the responder itself.
  private static let noCheck = Certificate.Extension(
    oid: [1, 3, 6, 1, 5, 5, 7, 48, 1, 5], critical: false, value: [0x05, 0x00])
}

extension DistinguishedName {
  /// The subject of a CA or service of the sandbox.
  static func sandbox(_ commonName: String) throws -> DistinguishedName {
    try DistinguishedName([
      RelativeDistinguishedName.Attribute(
        type: .RDNAttributeType.countryName, printableString: "SE"),
      .init(type: .RDNAttributeType.organizationName, utf8String: "Sandbox Bank AB (publ)"),
      .init(type: .RDNAttributeType.commonName, utf8String: commonName),
    ])
  }

  /// The subject of a person, the personal number as its serialNumber (OID 2.5.4.5).
  static func person(_ person: SandboxPerson) throws -> DistinguishedName {
    try DistinguishedName([
      RelativeDistinguishedName.Attribute(
        type: .RDNAttributeType.countryName, printableString: "SE"),
      .init(type: .RDNAttributeType.organizationName, utf8String: "Sandbox Bank AB (publ)"),
      .init(type: [2, 5, 4, 4], utf8String: person.surname),
      .init(type: [2, 5, 4, 42], utf8String: person.givenName),
      .init(type: [2, 5, 4, 5], printableString: person.personalNumber.digits),
      .init(type: [2, 5, 4, 41], utf8String: "\(person.name) - Mobilt BankID"),
      .init(type: .RDNAttributeType.commonName, utf8String: person.name),
    ])
  }
}
