import Foundation
import Testing

/// `bureau-submit` in C against a real server over TLS: the proof that the seal can be made by
/// others from docs/sealing.md.
@Suite(
  .enabled(
    if: Program.installed("protoc-c") != nil && Program.installed("make") != nil
      && Program.installed("openssl") != nil,
    "protoc-c, make or openssl is missing: see deploy/debian-packages"))
struct SubmitClientTests {
  private static let head =
    "invoice_number,creditor_name,creditor_organisation_number,creditor_country,account_form,"
    + "account,amount_minor,currency,reference_type,reference,due_date\n"
  private static let elbolaget =
    "104471,Elbolaget AS,988077917,NO,NO_BBAN,86011117947,715500,NOK,KID,20260010447106,2026-03-16\n"

  /// The built program, and what to run it with.
  private struct Client {
    let sandbox: Sandbox
    let token: URL

    func build() throws {
      let build = try Program.run(
        Program.installed("make"),
        [
          "-s", "-j4", "-C", Program.root.appending(path: "Clients/c").path,
          "OUT=\(sandbox.folder.appending(path: "c").path)", "CFLAGS=-O0",
        ], in: sandbox.folder)
      try #require(build.status == 0, "\(build.notes.suffix(1000))")
    }

    /// Makes a key's file as others do.
    func key(_ name: String) throws -> String {
      let file = sandbox.folder.appending(path: name).path
      let made = try Program.run(
        Program.installed("openssl"), ["genpkey", "-algorithm", "ed25519", "-out", file],
        in: sandbox.folder)
      try #require(made.status == 0, "\(made.notes)")
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
      return file
    }

    func write(_ name: String, _ text: String) throws -> String {
      let file = sandbox.folder.appending(path: name)
      try Data(text.utf8).write(to: file)
      return file.path
    }

    func submit(_ arguments: String..., key: String? = nil, time: Int = 1_772_438_400) throws
      -> ProgramAnswer
    {
      var environment = [
        "BUREAU_SERVER": sandbox.server, "BUREAU_CA": sandbox.authority,
        "BUREAU_TOKEN_FILE": token.path, "BUREAU_SEAL_TIME": String(time),
      ]
      environment["BUREAU_KEY_FILE"] = key
      return try Program.run(
        sandbox.folder.appending(path: "c/bureau-submit"), arguments, in: sandbox.folder,
        environment: environment)
    }
  }

  /// Runs `body` with the client, and a company whose accounting system has a key.
  private func withClient(_ body: (Client, _ company: String, _ key: String) throws -> Void) throws
  {
    try Sandbox.run { sandbox in
      let (company, token) = try sandbox.found()
      let client = Client(sandbox: sandbox, token: token)
      try client.build()
      let key = try client.key("company.pem")
      try sandbox.bureau(["key", "create", "--private-key-file", key, "--company", company])
      try body(client, company, key)
    }
  }

  @Test func `a batch sealed in C is taken, each item with its end, and once`() throws {
    try withClient { client, company, key in
      let file = try client.write(
        "pay.csv",
        Self.head + Self.elbolaget
          + "\"7, \"\"b\"\"\",Wrong AS,,NO,NO_BBAN,86011117948,100,NOK,,,2026-03-16\r\n"
          + "8,\"Blåbær & Sønn, AS\",,NO,NO_BBAN,86011117947,4200,NOK,,,2026-03-17\n")
      let first = try client.submit(company, file, key: key)
      #expect(first.status == 1, "\(first.notes)")
      let lines = first.output.split(separator: "\n").map { $0.split(separator: "\t") }
      try #require(lines.count == 4)
      #expect(lines[1][0...2] == ["item", "1", "PROPOSAL_COMPLETE"])
      #expect(lines[2][0...3] == ["item", "2", "INVALID_ARGUMENT", "PAYMENT_ACCOUNT_INVALID"])
      #expect(lines[3][2] == "PROPOSAL_COMPLETE")
      // The same file later, sealed anew: the same batch, the same payments.
      let again = try client.submit(company, file, key: key, time: 1_772_438_401)
      #expect(again.output == first.output)
      // Another file under the same id.
      let other = try client.write("other.csv", Self.head + Self.elbolaget)
      let id = String(lines[0][1])
      let reused = try client.submit("--batch-id", id, company, other, key: key)
      #expect(reused.status == 3)
      #expect(reused.notes.contains("ABORTED BATCH_ID_REUSED"))
    }
  }

  @Test func `a wrong key, a changed byte, an old key and an old seal are refused and recorded`()
    throws
  {
    try withClient { client, company, key in
      let file = try client.write("pay.csv", Self.head + Self.elbolaget)
      func refused(_ reason: String, _ answer: ProgramAnswer) {
        #expect(answer.status == 3 && answer.output.isEmpty)
        #expect(
          answer.notes.hasPrefix(
            "bureau.v1.SubmissionService/SubmitBatch: FAILED_PRECONDITION \(reason): "),
          "\(answer.notes)")
      }
      refused(
        "SEAL_KEY_UNKNOWN", try client.submit(company, file, key: try client.key("wrong.pem")))

      // Sealed here, changed on the way.
      let request = client.sandbox.folder.appending(path: "request")
      let sealed = try client.submit("--seal-to", request.path, company, file, key: key)
      #expect(sealed.status == 0 && sealed.output.isEmpty, "\(sealed.notes)")
      let good = try Data(contentsOf: request)
      var bad = good
      let account = try #require(bad.range(of: Data("86011117947".utf8)))
      bad.replaceSubrange(account, with: Data("15030000007".utf8))
      try bad.write(to: request)
      refused("SEAL_BROKEN", try client.submit("--sealed", request.path))

      refused("SEAL_TOO_OLD", try client.submit(company, file, key: key, time: 1_772_350_000))
      let new = try client.key("new.pem")
      try client.sandbox.bureau([
        "key", "rotate", "--private-key-file", new, "--company", company,
      ])
      try good.write(to: request)
      refused("SEAL_KEY_SUPERSEDED", try client.submit("--sealed", request.path))

      // Nothing was taken; each refusal stands in the journal.
      let facts = try client.sandbox.bureau(["audit", "facts", "--company", company])
      #expect(facts.components(separatedBy: "SealRefused").count == 5)
      #expect(!facts.contains("PaymentProposed"))
      #expect(try client.submit(company, file, key: new).status == 0)
    }
  }

  @Test func `the document's first vector comes out of C byte by byte`() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-vector-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let document = try String(
      contentsOf: Program.root.appending(path: "docs/sealing.md"), encoding: .utf8)
    let json = document.components(separatedBy: "```json\n")[1].components(separatedBy: "\n```")[0]
    struct Vector: Decodable {
      var company, secret_key, signature: String
    }
    let vector = try JSONDecoder().decode(Vector.self, from: Data(json.utf8))
    func bytes(_ hex: String) -> [UInt8] {
      let digits = Array(hex.utf8).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
      return stride(from: 0, to: digits.count, by: 2).map {
        UInt8(digits[$0] * 16 + digits[$0 + 1])
      }
    }
    let built = try Program.run(
      Program.installed("make"),
      [
        "-s", "-j4", "-C", Program.root.appending(path: "Clients/c").path,
        "OUT=\(folder.appending(path: "c").path)", "SANITIZE=1", "CFLAGS=-O0",
      ], in: folder)
    try #require(built.status == 0, "\(built.notes.suffix(1000))")
    let der = bytes("302e020100300506032b657004220420" + vector.secret_key)
    let key = folder.appending(path: "key.pem"), file = folder.appending(path: "pay.csv")
    let label = "PRIVATE KEY"
    try Data(
      "-----BEGIN \(label)-----\n\(Data(der).base64EncodedString())\n-----END \(label)-----\n".utf8
    ).write(to: key)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key.path)
    try Data((Self.head + Self.elbolaget).utf8).write(to: file)
    let request = folder.appending(path: "request")
    let answer = try Program.run(
      folder.appending(path: "c/bureau-submit"),
      [
        "--key", key.path, "--batch-id", "B-1", "--seal-to", request.path, vector.company,
        file.path,
      ], in: folder, environment: ["BUREAU_SEAL_TIME": "1772438400"])
    #expect(answer.status == 0, "\(answer.notes)")
    #expect(try Data(contentsOf: request).range(of: Data(bytes(vector.signature))) != nil)

    // What is no request, no key, no file of payments; a key that others may read.
    func run(_ arguments: [String]) throws -> ProgramAnswer {
      try Program.run(folder.appending(path: "c/bureau-submit"), arguments, in: folder)
    }
    let target = ["--seal-to", request.path, vector.company]
    try Data("amount_minor,nonsense\n".utf8).write(to: file)
    #expect(try run(["--key", key.path] + target + [file.path]).status == 6)
    try Data("amount_minor,bic\n5,\"open\n".utf8).write(to: file)
    let open = try run(["--key", key.path] + target + [file.path])
    #expect(open.status == 6 && open.notes.contains("pay.csv:2:"))
    #expect(try run(["--key", file.path] + target + [file.path]).status == 2)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key.path)
    #expect(try run(["--key", key.path] + target + [file.path]).notes.contains("chmod 600"))
    #expect(try run([vector.company]).status == 2)
  }
}
