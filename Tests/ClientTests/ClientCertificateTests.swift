import Foundation
import Testing

/// A token that is bound to a certificate, used by the command line as a program would.
@Suite(.serialized) struct ClientCertificateTests {
  /// An authority and two certificates of it, made by OpenSSL as docs/operating.md shows.
  private static func certificates(in folder: URL) throws -> [String] {
    let openssl = Program.installed("openssl")
    func run(_ arguments: String...) throws {
      let answer = try Program.run(openssl, arguments, in: folder)
      guard answer.status == 0 else { throw ProgramFailure(description: answer.notes) }
    }
    func file(_ name: String) -> String { folder.appending(path: name).path }
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    let made = try Program.run(
      openssl,
      ["req", "-x509"] + key + [
        "-days", "3650", "-subj", "/CN=Programs", "-keyout", file("ca.key"), "-out", file("ca.pem"),
      ], in: folder)
    guard made.status == 0 else { throw ProgramFailure(description: made.notes) }
    for name in ["erp", "other"] {
      let asked = try Program.run(
        openssl,
        ["req"] + key + [
          "-subj", "/CN=\(name)", "-keyout", file("\(name).key"), "-out", file("\(name).csr"),
        ], in: folder)
      guard asked.status == 0 else { throw ProgramFailure(description: asked.notes) }
      try run(
        "x509", "-req", "-in", file("\(name).csr"), "-CA", file("ca.pem"), "-CAkey",
        file("ca.key"), "-CAcreateserial", "-days", "365", "-out", file("\(name).pem"))
    }
    return ["tls.client-authorities=\(file("ca.pem"))"]
  }

  private static func fingerprint(_ file: URL) throws -> String {
    let answer = try Program.run(
      Program.installed("openssl"),
      ["x509", "-in", file.path, "-noout", "-fingerprint", "-sha256"],
      in: file.deletingLastPathComponent())
    return try #require(answer.output.split(separator: "=").last).trimmingCharacters(
      in: .whitespacesAndNewlines)
  }

  @Test(.enabled(if: Program.installed("openssl") != nil))
  func `a token bound to a certificate is good with that one, and with nothing else`() throws {
    try Sandbox.run(Self.certificates) { sandbox in
      let (company, _) = try sandbox.found()
      let folder = sandbox.folder, token = folder.appending(path: "bound")
      let user = try sandbox.made(["user", "create", "--name", "ERP", "--kind", "service"])
      try sandbox.bureau([
        "role", "assign", "--user", user, "--role", "service-user", "--company", company,
      ])
      try sandbox.bureau([
        "token", "create", "--user", user, "--lifetime", "1d", "--secret-file", token.path,
        "--certificate", try Self.fingerprint(folder.appending(path: "erp.pem")),
      ])
      let secret = try String(contentsOf: token, encoding: .utf8).trimmingCharacters(
        in: .whitespacesAndNewlines)
      let list = ["payment", "list", "--company", company]
      func environment(_ name: String) -> [String: String] {
        [
          "BUREAU_TOKEN": secret,
          "BUREAU_CLIENT_CERTIFICATE": folder.appending(path: "\(name).pem").path,
          "BUREAU_CLIENT_KEY": folder.appending(path: "\(name).key").path,
        ]
      }
      func refusal(_ environment: [String: String]) -> String {
        let error = #expect(throws: ProgramFailure.self) {
          try sandbox.bureau(list, environment: environment)
        }
        return error?.description ?? ""
      }
      #expect(refusal(["BUREAU_TOKEN": secret]).contains("CERTIFICATE"))
      #expect(refusal(environment("other")).contains("CERTIFICATE"))
      try sandbox.bureau(list, environment: environment("erp"))
      // From the context as well.
      try sandbox.bureau([
        "context", "set", "test", "--client-certificate", folder.appending(path: "erp.pem").path,
        "--client-key", folder.appending(path: "erp.key").path,
      ])
      try sandbox.bureau(list, environment: ["BUREAU_TOKEN": secret])
      #expect(try sandbox.bureau(["context", "show"]).contains("erp.pem"))
      // A key that others may read is not used.
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o644], ofItemAtPath: folder.appending(path: "erp.key").path)
      #expect(refusal(["BUREAU_TOKEN": secret]).contains("KEY_FILE_NOT_PRIVATE"))
      try sandbox.bureau([
        "context", "set", "test", "--client-certificate", "", "--client-key", "",
      ])
      #expect(refusal(["BUREAU_TOKEN": secret]).contains("CERTIFICATE"))
    }
  }
}
