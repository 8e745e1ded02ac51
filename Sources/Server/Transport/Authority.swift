import Crypto
package import Foundation
import SwiftASN1
import X509

/// A private certificate authority in a folder, for bureaus without a public certificate.
///
/// `ca.pem` is given to clients; `ca.key` signs server certificates and can be moved away once
/// they are made; `server.pem` and `server.key` are what the server shows. Keys are P-256 and
/// readable by their owner only. Certificates live by wall time, whatever clock the rules use.
package struct Authority: Sendable {
  package let folder: URL

  /// The certificate that clients trust, PEM.
  package let authorityCertificate: String
  /// The server's certificate, PEM.
  package let serverCertificate: String
  /// The server's private key, PEM (PKCS #8).
  package let serverKey: String
  /// SHA-256 of the authority's certificate, as people compare it: `AB:CD:…`.
  package let fingerprint: String
  /// When the server certificate ends.
  package let serverEnds: Date

  package static let authorityDays = 3_650
  /// Longer than this, some TLS clients refuse a server certificate.
  package static let serverDays = 397
  /// A certificate that ends sooner than this is worth renewing.
  package static let renewalDays = 30

  private static let day: TimeInterval = 24 * 60 * 60

  /// What the server can be given at start.
  package var tls: ServerTLS {
    ServerTLS(certificateChain: serverCertificate, privateKey: serverKey)
  }

  /// True from 30 days before the server certificate ends.
  package func needsRenewal(now: Date) -> Bool {
    serverEnds.timeIntervalSince(now) < Double(Authority.renewalDays) * Authority.day
  }

  /// Makes an authority and a server certificate in a folder that has neither.
  /// - Parameter hostnames: Names and IP addresses by which clients reach the server.
  package static func create(
    in folder: URL, hostnames: [String], now: Date
  ) throws(AuthorityError) -> Authority {
    let names = try hostnames.map(subjectAlternativeName)
    guard !names.isEmpty else { throw .noHostname }
    let files = AuthorityFiles(folder: folder)
    for url in files.all where FileManager.default.fileExists(atPath: url.path) {
      throw .exists(url.path)
    }
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      let key = P256.Signing.PrivateKey()
      let certificate = try authorityCertificate(key: Certificate.PrivateKey(key), now: now)
      try files.write(key.pemRepresentation, to: files.authorityKey, secret: true)
      try files.write(certificate.serializeAsPEM().pemString, to: files.authorityCertificate)
      let issuer = Issuer(certificate: certificate, key: Certificate.PrivateKey(key))
      try issue(names, by: issuer, files: files, now: now)
    } catch {
      throw .failed("create", folder.path, String(describing: error))
    }
    return try load(from: folder)
  }

  /// Reads what `create` or `renew` has written.
  package static func load(from folder: URL) throws(AuthorityError) -> Authority {
    let files = AuthorityFiles(folder: folder)
    let authority = try files.read(files.authorityCertificate)
    let server = try files.read(files.serverCertificate)
    let key = try files.read(files.serverKey)
    return Authority(
      folder: folder, authorityCertificate: authority, serverCertificate: server, serverKey: key,
      fingerprint: try fingerprint(ofPEM: authority),
      serverEnds: try certificate(server, files.serverCertificate).notValidAfter)
  }

  /// Replaces the server's certificate and key; clients go on trusting the same authority.
  package static func renew(
    in folder: URL, hostnames: [String], now: Date
  ) throws(AuthorityError) -> Authority {
    let names = try hostnames.map(subjectAlternativeName)
    guard !names.isEmpty else { throw .noHostname }
    let files = AuthorityFiles(folder: folder)
    let issuer = try issuer(files)
    do {
      try issue(names, by: issuer, files: files, now: now)
    } catch {
      throw .failed("renew", folder.path, String(describing: error))
    }
    return try load(from: folder)
  }

  /// Makes a certificate and key for a client, a service user; nothing of it is kept here.
  /// - Parameter name: Shown in logs of the TLS library; the server goes by the fingerprint.
  package static func issueClient(
    in folder: URL, name: String, now: Date
  ) throws(AuthorityError) -> (certificate: String, key: String) {
    let issuer = try issuer(AuthorityFiles(folder: folder))
    let key = P256.Signing.PrivateKey()
    do {
      let certificate = try issuer.sign(
        key.publicKey, commonName: String(name.prefix(64)), names: [], usage: .clientAuth,
        days: serverDays, now: now)
      return (try certificate.serializeAsPEM().pemString + "\n", key.pemRepresentation)
    } catch {
      throw .failed("issue a certificate from", folder.path, String(describing: error))
    }
  }

  private static func issuer(_ files: AuthorityFiles) throws(AuthorityError) -> Issuer {
    let certificate = try certificate(
      files.read(files.authorityCertificate), files.authorityCertificate)
    let pem = try files.read(files.authorityKey)
    guard let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) else {
      throw .unreadable(files.authorityKey.path, "not a P-256 private key in PEM")
    }
    return Issuer(certificate: certificate, key: Certificate.PrivateKey(key))
  }

  /// The fingerprint of the first certificate of a PEM text, `AB:CD:…`.
  package static func fingerprint(ofPEM pem: String) throws(AuthorityError) -> String {
    guard let document = try? PEMDocument.parseMultiple(pemString: pem).first else {
      throw .unreadable("certificate", "not a PEM text")
    }
    return Fingerprint.colons(of: document.derBytes)
  }

  private static func certificate(
    _ pem: String, _ url: URL
  ) throws(AuthorityError) -> Certificate {
    // The first is the one; the server's file also holds its issuer.
    guard let first = try? PEMDocument.parseMultiple(pemString: pem).first,
      let certificate = try? Certificate(pemDocument: first)
    else { throw .unreadable(url.path, "not a certificate in PEM") }
    return certificate
  }

  private static func authorityCertificate(
    key: Certificate.PrivateKey, now: Date
  ) throws -> Certificate {
    let serial = Certificate.SerialNumber()
    let name = try DistinguishedName {
      OrganizationName("Bureau")
      CommonName("Bureau private authority \(serial.description.prefix(8))")
    }
    let keyID = SubjectKeyIdentifier(hash: key.publicKey)
    return try Certificate(
      version: .v3, serialNumber: serial, publicKey: key.publicKey,
      notValidBefore: now - day, notValidAfter: now + Double(authorityDays) * day,
      issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        keyID
        AuthorityKeyIdentifier(keyIdentifier: keyID.keyIdentifier)
      }, issuerPrivateKey: key)
  }

  /// Makes and writes the server's certificate and key.
  private static func issue(
    _ names: [GeneralName], by issuer: Issuer, files: AuthorityFiles, now: Date
  ) throws {
    let key = P256.Signing.PrivateKey()
    let certificate = try issuer.sign(
      key.publicKey, commonName: "Bureau server", names: names, usage: .serverAuth,
      days: serverDays, now: now)
    try files.write(key.pemRepresentation, to: files.serverKey, secret: true)
    // With the issuer, so that a client can compare its fingerprint before it trusts it.
    try files.write(
      certificate.serializeAsPEM().pemString + "\n"
        + issuer.certificate.serializeAsPEM().pemString + "\n",
      to: files.serverCertificate)
  }

  private static func subjectAlternativeName(
    _ host: String
  ) throws(AuthorityError) -> GeneralName {
    for (family, length) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: length)
      if inet_pton(family, host, &bytes) == 1 {
        return .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
      }
    }
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    let fits = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(hostnameBytes.contains)
    }
    guard fits, host.utf8.count <= 253 else { throw .badHostname(host) }
    return .dnsName(host)
  }

  private static let hostnameBytes = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-".utf8)
}

/// An authority that can sign.
private struct Issuer {
  let certificate: Certificate
  let key: Certificate.PrivateKey

  func sign(
    _ key: P256.Signing.PublicKey, commonName: String, names: [GeneralName],
    usage: ExtendedKeyUsage.Usage, days: Int, now: Date
  ) throws -> Certificate {
    let publicKey = Certificate.PublicKey(key)
    let issuerID = try certificate.extensions.subjectKeyIdentifier?.keyIdentifier
    let day: TimeInterval = 24 * 60 * 60
    return try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
      notValidBefore: now - day,
      notValidAfter: min(now + Double(days) * day, certificate.notValidAfter),
      issuer: certificate.subject,
      subject: try DistinguishedName {
        OrganizationName("Bureau")
        CommonName(commonName)
      }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([usage])
        if !names.isEmpty { SubjectAlternativeNames(names) }
        SubjectKeyIdentifier(hash: publicKey)
        AuthorityKeyIdentifier(keyIdentifier: issuerID)
      }, issuerPrivateKey: self.key)
  }
}
