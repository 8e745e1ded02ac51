import Foundation
import Server
import SwiftASN1
import Testing
import X509

@Suite struct AuthorityTests {
  private static let now = Date(timeIntervalSince1970: 1_795_219_200)
  private static let day: TimeInterval = 24 * 60 * 60

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("bureau-\(UInt64.random(in: .min ... .max))/tls")
    defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
    try body(folder)
  }

  private func mode(_ folder: URL, _ file: String) throws -> Int? {
    let path = folder.appendingPathComponent(file).path
    return try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func `keys are readable by their owner only`() throws {
    try withFolder { folder in
      _ = try Authority.create(in: folder, hostnames: ["localhost"], now: Self.now)
      #expect(try mode(folder, "ca.key") == 0o600)
      #expect(try mode(folder, "server.key") == 0o600)
      #expect(try mode(folder, "") == 0o700)
    }
  }

  @Test func `the certificate names every host, by name or address`() throws {
    try withFolder { folder in
      let authority = try Authority.create(
        in: folder, hostnames: ["bureau.example", "127.0.0.1", "::1"], now: Self.now)
      let certificate = try Certificate(
        pemDocument: #require(
          PEMDocument.parseMultiple(pemString: authority.serverCertificate).first))
      let names = try #require(try certificate.extensions.subjectAlternativeNames)
      #expect(
        Array(names) == [
          .dnsName("bureau.example"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
          .ipAddress(
            ASN1OctetString(contentBytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
        ])
      #expect(authority.fingerprint.count == 32 * 3 - 1)
    }
  }

  @Test(arguments: [
    [], [""], ["a b"], ["-" + String(repeating: "a", count: 63)], ["a..b"], ["å.se"],
  ])
  func `what is no host name is refused, and nothing is made`(hostnames: [String]) throws {
    try withFolder { folder in
      #expect(throws: AuthorityError.self) {
        try Authority.create(in: folder, hostnames: hostnames, now: Self.now)
      }
      #expect(!FileManager.default.fileExists(atPath: folder.path))
    }
  }

  @Test func `an authority is never made over another`() throws {
    try withFolder { folder in
      let first = try Authority.create(in: folder, hostnames: ["localhost"], now: Self.now)
      #expect(throws: AuthorityError.exists(folder.appendingPathComponent("ca.pem").path)) {
        try Authority.create(in: folder, hostnames: ["localhost"], now: Self.now)
      }
      #expect(try Authority.load(from: folder).fingerprint == first.fingerprint)
    }
  }

  @Test func `renewing keeps the authority and moves the end`() throws {
    try withFolder { folder in
      let first = try Authority.create(in: folder, hostnames: ["localhost"], now: Self.now)
      #expect(!first.needsRenewal(now: Self.now))
      let later = Self.now + Double(Authority.serverDays - 29) * Self.day
      #expect(first.needsRenewal(now: later))
      let second = try Authority.renew(in: folder, hostnames: ["localhost"], now: later)
      #expect(second.fingerprint == first.fingerprint)
      #expect(second.serverKey != first.serverKey)
      #expect(!second.needsRenewal(now: later))
    }
  }

  @Test func `a folder without certificates says which file is missing`() throws {
    try withFolder { folder in
      let error = #expect(throws: AuthorityError.self) { try Authority.load(from: folder) }
      #expect(error?.description.contains("ca.pem") == true)
    }
  }
}
