import Crypto
import Foundation
import SwiftASN1
import X509

/// A certificate authority of the test's own, with one server certificate for this machine.
struct TestAuthority {
  let authorityPEM: String
  let serverPEM: String
  let serverKeyPEM: String

  init() throws {
    let authorityKey = P256.Signing.PrivateKey()
    let serverKey = P256.Signing.PrivateKey()
    let authorityName = try DistinguishedName { CommonName("Test CA") }
    // TLS lives by wall time, so these certificates must be valid today.
    let start = Date(timeIntervalSinceNow: -3600)
    let end = Date(timeIntervalSinceNow: 86400 * 30)
    let authority = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(authorityKey.publicKey),
      notValidBefore: start, notValidAfter: end, issuer: authorityName, subject: authorityName,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try .init {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true))
      }, issuerPrivateKey: .init(authorityKey))
    let server = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(serverKey.publicKey),
      notValidBefore: start, notValidAfter: end, issuer: authorityName,
      subject: try DistinguishedName { CommonName("Test server") },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try .init {
        Critical(BasicConstraints.notCertificateAuthority)
        SubjectAlternativeNames([
          .dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
        ])
      }, issuerPrivateKey: .init(authorityKey))
    authorityPEM = try authority.serializeAsPEM().pemString
    serverPEM = try server.serializeAsPEM().pemString
    serverKeyPEM = serverKey.pemRepresentation
  }
}
