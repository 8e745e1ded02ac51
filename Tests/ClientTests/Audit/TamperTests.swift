import Foundation
import Testing

/// Journals that somebody has tampered with, against every verifier there is: `bureaud verify` over
/// the database, `bureau audit verify` over an export, and Clients/verifier, which shares no code.
@Suite(
  .enabled(
    if: Program.installed("python3") != nil && Program.installed("openssl") != nil,
    "python3 or openssl is missing: see deploy/debian-packages"))
struct TamperTests {
  private static let verifier = Program.root.appending(path: "Clients/verifier/bureau-verify")
  private static let tamper = Program.root.appending(path: "Tests/ClientTests/Audit/tamper.py")
  private static let invoices = Program.root.appending(path: "Clients/demo/invoices")

  struct Case: Sendable, CustomTestStringConvertible {
    var kind: String
    var rehashed = false
    var ending: Int32
    var finding: String
    var testDescription: String { kind + (rehashed ? ", hashed anew" : "") }
  }

  private static let altered: Int32 = 1, missing: Int32 = 9, notShown: Int32 = 10

  /// Six kinds, as they come and with the chain mended by the attacker.
  private static let cases: [Case] = [
    Case(kind: "edit-envelope", ending: altered, finding: "does not follow the one before"),
    Case(kind: "edit-envelope", rehashed: true, ending: altered, finding: "vouches for"),
    Case(kind: "edit-body", ending: altered, finding: "body of fact 3 was changed"),
    Case(kind: "edit-body", rehashed: true, ending: altered, finding: "vouches for"),
    Case(kind: "insert", ending: altered, finding: "fact 4 stands in another place"),
    Case(kind: "insert", rehashed: true, ending: altered, finding: "vouches for"),
    Case(kind: "delete", ending: altered, finding: "does not follow the one before"),
    Case(kind: "delete", rehashed: true, ending: missing, finding: "ends at fact"),
    Case(kind: "reorder", ending: altered, finding: "fact 3 stands in another place"),
    Case(kind: "reorder", rehashed: true, ending: altered, finding: "vouches for"),
    Case(kind: "cut", ending: altered, finding: "head does not fit"),
    Case(kind: "cut", rehashed: true, ending: missing, finding: "ends at fact"),
    Case(kind: "swap", rehashed: true, ending: altered, finding: "vouches for"),
    Case(kind: "drop-journal", ending: missing, finding: "the whole journal is missing"),
  ]

  // MARK: A bureau at work, stopped

  /// A stopped server's files: of today, and of some facts earlier.
  private struct Office {
    let folder: URL
    let home: URL
    let bureau: String
    let company: String

    var witness: URL { home.appending(path: "witness") }
    /// The newest statement alone, as an auditor of one company may have it.
    var newestStatement: URL {
      get throws {
        let names = try FileManager.default.contentsOfDirectory(
          atPath: witness.appending(path: bureau).path
        ).filter { $0.hasSuffix(".statement") }
        return witness.appending(path: "\(bureau)/\(try #require(names.max()))")
      }
    }

    /// A copy of the home that may be spoiled.
    func copy() throws -> URL {
      let copy = folder.appending(path: "copy-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
      for name in ["bureau.db", "secrets", "witness", "tls"] {
        try FileManager.default.copyItem(
          at: home.appending(path: name), to: copy.appending(path: name))
      }
      return copy
    }

    func bureaud(_ arguments: [String], home: URL) throws -> ProgramAnswer {
      try Program.run(
        Program.product("bureaud"), arguments + ["--home", home.path], in: folder,
        environment: ["BUREAU_WITNESS_FOLDER": witness.path])
    }

    func verifyExport(_ file: URL, witness: URL?) throws -> [ProgramAnswer] {
      let held = witness.map { ["--witness", $0.path] } ?? []
      return [
        try Program.run(
          Program.product("bureau"), ["audit", "verify", "--export", file.path] + held, in: folder,
          environment: ["BUREAU_CONFIG": folder.appending(path: "none").path]),
        try Program.run(
          Program.installed("python3"), [TamperTests.verifier.path, file.path] + held, in: folder),
      ]
    }
  }

  private static func imports(
    _ names: [String], _ sandbox: Sandbox, _ company: String, _ token: URL
  )
    throws
  {
    let secret = try String(contentsOf: token, encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    try sandbox.bureau(
      ["invoice", "import"] + names.map { invoices.appending(path: $0).path }
        + ["--company", company], environment: ["BUREAU_TOKEN": secret])
  }

  private static func withOffice(_ body: (Sandbox, Office) throws -> Void) throws {
    try Sandbox.run { sandbox in
      let (company, token) = try sandbox.found()
      try imports(
        [
          "01-elbolaget-kid.xml", "02-fjordbygg-iban-kid.xml",
          "03-verktygsgrossist-bankgiro.xml", "04-lumikone-rf.xml",
        ], sandbox, company, token)
      let parts = company.split(separator: "/").map(String.init)
      try #require(parts.count == 4)
      let office = Office(
        folder: sandbox.folder, home: sandbox.folder.appending(path: "home"), bureau: parts[1],
        company: parts[3])
      try body(sandbox, office)
    }
  }

  @Test func `a clean journal passes every verifier, online and offline`() throws {
    try Self.withOffice { sandbox, office in
      try sandbox.bureau(["audit", "checkpoint"])
      #expect(try sandbox.bureau(["audit", "verify"]).contains("completeness: ok"))
      let fetched = try sandbox.bureau(
        ["audit", "verify", "--whole-bureau", "--witness", office.witness.path])
      #expect(fetched.contains("completeness: ok") && fetched.contains("companies:    2"))
      let company = "bureaus/\(office.bureau)/companies/\(office.company)"
      let proof = sandbox.folder.appending(path: "proof.statement")
      try sandbox.bureau(["audit", "proof", "--company", company, "--file", proof.path])
      #expect(try Data(contentsOf: proof) == Data(contentsOf: office.newestStatement))

      let files = ["company", "bureau", "bare"].map { sandbox.folder.appending(path: $0) }
      try sandbox.bureau(["audit", "export", files[0].path, "--company", company])
      try sandbox.bureau(["audit", "export", files[1].path, "--whole-bureau"])
      try sandbox.bureau(["audit", "export", files[2].path, "--whole-bureau", "--without-bodies"])
      // Of the other journal the company's reader sees neither the id nor a hash.
      let text = try String(contentsOf: files[0], encoding: .utf8)
      let other = try String(contentsOf: files[1], encoding: .utf8).split(separator: "\n")
        .filter { $0.hasPrefix("head ") }.map { String($0.split(separator: " ")[2]) }
      #expect(other.filter { text.contains($0) }.count == 1)
      #expect(text.components(separatedBy: "journal ").count == 2)
      #expect(!text.contains("journal \(office.bureau)"))

      for file in files {
        // With all that the witness has, and with the newest signed statement alone.
        for witness in [office.witness, try office.newestStatement] {
          for answer in try office.verifyExport(file, witness: witness) {
            #expect(answer.status == 0, "\(file.lastPathComponent) \(answer)")
          }
        }
        for answer in try office.verifyExport(file, witness: nil) {
          #expect(answer.status == Self.notShown, "\(answer)")
          #expect(answer.output.contains("not shown"))
        }
      }
      // Beside the running server, by its operator.
      let direct = try office.bureaud(["verify"], home: office.home)
      #expect(direct.status == 0, "\(direct)")
      #expect(direct.output.contains("bureau \(office.bureau)"))
    }
  }

  @Test func `six of six: whatever was done to the journals, every verifier finds it`() throws {
    try Self.withOffice { sandbox, office in
      // An orderly end leaves a checkpoint of all there is.
      sandbox.stop()
      let before = try Data(contentsOf: office.home.appending(path: "bureau.db"))
      let clean = try office.bureaud(["verify"], home: office.home)
      #expect(clean.status == 0, "\(clean)")
      #expect(clean.output.contains("completeness: ok"))
      for tampering in Self.cases { try Self.check(tampering, office) }
      #expect(try Data(contentsOf: office.home.appending(path: "bureau.db")) == before)
    }
  }

  private static func tampered(_ tampering: Case, _ office: Office) throws -> URL {
    let copy = try office.copy()
    let done = try Program.run(
      Program.installed("python3"),
      [tamper.path, copy.appending(path: "bureau.db").path, tampering.kind]
        + (tampering.rehashed ? ["--rehash"] : []), in: office.folder)
    try #require(done.status == 0, "\(done)")
    return copy
  }

  private static func check(_ tampering: Case, _ office: Office) throws {
    let copy = try tampered(tampering, office)
    let stored = try Data(contentsOf: copy.appending(path: "bureau.db"))
    var answers = [try office.bureaud(["verify"], home: copy)]
    // All journals against all that the witness has; one company's against a statement alone.
    for (company, witness) in [
      (nil, office.witness), (office.company, try office.newestStatement),
    ] as [(String?, URL)] {
      let file = copy.appending(path: company ?? "bureau")
      let written = try office.bureaud(
        ["audit", "export", file.path] + (company.map { ["--company", $0] } ?? []), home: copy)
      try #require(written.status == 0, "\(tampering.testDescription) \(written)")
      answers += try office.verifyExport(file, witness: witness)
    }
    for (number, answer) in answers.enumerated() {
      #expect(
        answer.status == tampering.ending, "\(tampering.testDescription), \(number): \(answer)")
    }
    #expect(answers[0].output.contains(tampering.finding), "\(answers[0])")
    #expect(try Data(contentsOf: copy.appending(path: "bureau.db")) == stored, "nothing is altered")
    try FileManager.default.removeItem(at: copy)
  }

  @Test func `a file beside the journals that was changed is found`() throws {
    try Self.withOffice { sandbox, office in
      sandbox.stop()
      let copy = try Self.tampered(Case(kind: "edit-file", ending: 1, finding: ""), office)
      let direct = try office.bureaud(["verify"], home: copy)
      #expect(direct.status == Self.altered, "\(direct)")
      #expect(direct.output.contains("the kept file"), "\(direct)")
    }
  }

  @Test func `an erased body is told and breaks nothing`() throws {
    try Self.withOffice { sandbox, office in
      sandbox.stop()
      let copy = try Self.tampered(Case(kind: "erase-body", ending: 0, finding: ""), office)
      let direct = try office.bureaud(["verify"], home: copy)
      #expect(direct.status == 0 && direct.output.contains("1 bodies erased"), "\(direct)")
      let file = copy.appending(path: "export")
      _ = try office.bureaud(["audit", "export", file.path], home: copy)
      for answer in try office.verifyExport(file, witness: office.witness) {
        #expect(answer.status == 0, "\(answer)")
        #expect(answer.output.contains("erased"), "\(answer)")
      }
    }
  }

  @Test func `a log made anew and signed with another key, or an older one, is found`() throws {
    try Self.withOffice { sandbox, office in
      let first = sandbox.folder.appending(path: "older")
      try sandbox.bureau(["audit", "checkpoint"])
      try sandbox.bureau(["audit", "export", first.path, "--whole-bureau"])
      try sandbox.bureau([
        "company", "create", "--name", "Annen AS", "--organisation-number", "988077917",
        "--country", "NO", "--street", "Gata 1", "--postal-code", "8004", "--town", "Bodø",
      ])
      sandbox.stop()
      for answer in try office.verifyExport(first, witness: office.witness) {
        #expect(answer.status == Self.missing, "older: \(answer)")
      }
      // Everything again: journal, witness and key are the attacker's own.
      let copy = try Self.tampered(
        Case(kind: "swap", rehashed: true, ending: 1, finding: ""), office)
      for name in ["witness", "secrets/audit.key"] {
        try FileManager.default.removeItem(at: copy.appending(path: name))
      }
      try Sandbox.startAndStop(copy)
      let file = copy.appending(path: "export")
      let written = try Program.run(
        Program.product("bureaud"), ["audit", "export", file.path, "--home", copy.path],
        in: office.folder)
      try #require(written.status == 0, "\(written)")
      for answer in try office.verifyExport(file, witness: copy.appending(path: "witness")) {
        #expect(answer.status == 0, "in itself it is sound: \(answer)")
      }
      for witness in [office.witness, try office.newestStatement] {
        for answer in try office.verifyExport(file, witness: witness) {
          #expect(answer.status == Self.altered, "another key: \(answer)")
        }
      }
    }
  }

  @Test func `a key, a database or an export that is none is refused and left alone`() throws {
    try Self.withOffice { sandbox, office in
      sandbox.stop()
      let copy = try office.copy()
      let key = copy.appending(path: "secrets/audit.key")
      for (content, text) in [
        (Data(repeating: 7, count: 32), "another audit key"), (Data([1, 2, 3]), "3 bytes"),
        (nil, "is missing"),
      ] as [(Data?, String)] {
        if let content {
          try content.write(to: key)
        } else {
          try FileManager.default.removeItem(at: key)
        }
        let answer = try Program.run(
          Program.product("bureaud"), ["sandbox", "--home", copy.path], in: office.folder)
        #expect(answer.status != 0)
        #expect(answer.notes.contains(text), "\(answer)")
        #expect(FileManager.default.contents(atPath: key.path) == content)
      }
      for content in [Data(), Data("not a database, whatever it is called".utf8)] {
        let database = copy.appending(path: "bureau.db")
        try content.write(to: database)
        let answer = try office.bureaud(["verify"], home: copy)
        #expect(answer.status == 6, "\(answer)")
        #expect(answer.notes.contains("the database cannot be used"), "\(answer)")
        #expect(try Data(contentsOf: database) == content)
      }
      let file = copy.appending(path: "export")
      for text in ["", "bureau/audit-export/v2\n", "hello\n"] {
        try Data(text.utf8).write(to: file)
        for answer in try office.verifyExport(file, witness: office.witness) {
          #expect(answer.status == 6, "\(answer)")
        }
      }
    }
  }
}
