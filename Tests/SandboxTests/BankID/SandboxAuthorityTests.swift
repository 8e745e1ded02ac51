import Foundation
import Primitives
import Sandbox
import Testing

@Suite final class SandboxAuthorityTests: Sendable {
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "sandbox-authority-tests-\(UUID().uuidString)").path(percentEncoded: false)
  private let time = Instant(microseconds: 1_772_438_400_000_000)

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  @Test func `an authority opened again is the same one`() async throws {
    let first = try SandboxAuthority(folder: folder)
    let content = SigningContent(function: .signing, visibleData: [65])
    let signed = try await first.sign(content, by: SandboxPerson.defaults[0], at: time)
    let second = try SandboxAuthority(folder: folder)
    let again = try await second.sign(content, by: SandboxPerson.defaults[0], at: time)
    #expect(first.rootPEM == second.rootPEM)
    #expect(first.tls.relyingPartyCertificate == second.tls.relyingPartyCertificate)
    #expect(try certificates(signed) == certificates(again))
  }

  @Test func `keys are readable by their owner only`() throws {
    _ = try SandboxAuthority(folder: folder)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(files.count == 8)
    for path in [folder] + files.map({ "\(folder)/\($0)" }) {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let mode = try #require(attributes[.posixPermissions] as? NSNumber).intValue
      #expect(mode & 0o077 == 0, "\(path)")
    }
  }

  @Test(arguments: [
    "", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "-----BEGIN X-----\nAAAA\n-----END X-----\n-----BEGIN CERTIFICATE-----\nAA",
  ])
  func `a damaged key file is refused, not replaced`(text: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: folder + "/root.pem", atomically: true, encoding: .utf8)
    #expect(throws: SandboxAuthorityError.damagedFile(folder + "/root.pem")) {
      try SandboxAuthority(folder: folder)
    }
    #expect(try String(contentsOfFile: folder + "/root.pem", encoding: .utf8) == text)
  }

  @Test func `each default person has a valid number of their own`() {
    #expect(SandboxPerson.defaults.count == 8)
    #expect(Set(SandboxPerson.defaults.map(\.personalNumber)).count == 8)
  }

  private func certificates(_ evidence: SandboxEvidence) throws -> Substring {
    let document = String(
      decoding: try #require(Data(base64Encoded: evidence.signature)), as: UTF8.self)
    let start = try #require(document.firstRange(of: "<X509Data>"))
    let end = try #require(document.firstRange(of: "</X509Data>"))
    return document[start.upperBound..<end.lowerBound]
  }
}
