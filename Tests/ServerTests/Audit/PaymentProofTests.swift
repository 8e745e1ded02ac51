import BureauAPI
import Crypto
import Domain
import Foundation
import GRPCCore
import Primitives
import Sandbox
import Server
import SwiftProtobuf
import Synchronization
import EngineKit
import TestKit
import Testing

/// Programs of the system, by the search path.
private enum Tool {
  static let python = find("python3")
  static let openssl = find("openssl")

  private static func find(_ name: String) -> URL? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { URL(filePath: String($0)).appending(path: name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }
}

/// The proof of a payment, judged by Clients/verifier, which shares no code with the server.
@Suite(
  .everyEngine,
  .enabled(
    if: Tool.python != nil && Tool.openssl != nil,
    "python3 or openssl is missing: see deploy/debian-packages"))
struct PaymentProofTests {
  // MARK: A paid payment, and what is checked

  private struct Paid {
    let office: Office
    let payment: Bureau_V1_Payment
    let folder: URL
    /// As the customer administrator exports it.
    let proof: String
    /// Of the payment that was signed apart and sent in the same file.
    let otherProof: String

    var company: String { String(payment.name.split(separator: "/")[3]) }
    var world: World { office.bureau.world }

    /// What the verifier says of a text: its verdicts by name, and the status it ends with.
    func verdicts(
      _ text: String, witness: Bool = true, root: String? = nil
    ) throws -> (words: [String: String], status: Int32, output: String) {
      let file = folder.appending(path: UUID().uuidString)
      try Data(text.utf8).write(to: file)
      var arguments = ["payment-proof", file.path]
      if witness { arguments += ["--witness", world.witnessFolder.path] }
      let pem = file.appendingPathExtension("pem")
      try Data((root ?? world.bankID.authority.rootPEM).utf8).write(to: pem)
      if root != "" { arguments += ["--bankid-root", pem.path] }
      let run = Process(), output = Pipe()
      let python: URL = try #require(Tool.python)
      run.executableURL = python
      run.arguments = [PaymentProofTests.verifier.path] + arguments
      run.standardOutput = output
      run.standardError = output
      try run.run()
      let said = String(
        decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      run.waitUntilExit()
      var words: [String: String] = [:]
      for line in said.split(separator: "\n").prefix(7) {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2 {
          words[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces)
        }
      }
      return (words, run.terminationStatus, said)
    }
  }

  private static let verifier = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../Clients/verifier/bureau-verify").standardizedFileURL

  private static func proof(
    _ payment: Bureau_V1_Payment, by person: Person, withoutFiles: Bool = false
  ) async throws -> String {
    try await person.calls { connection, metadata in
      let text = Mutex("")
      try await connection.audit.exportPaymentProof(
        .with {
          $0.name = payment.name
          $0.withoutFiles = withoutFiles
        }, metadata: metadata
      ) { response in
        for try await piece in response.messages {
          text.withLock { $0 += String(decoding: piece.content, as: UTF8.self) }
        }
      }
      return text.withLock { $0 }
    }
  }

  /// A payment that was signed, sent beside another, and paid.
  private static func withPaid(
    byCode: Bool = false, _ body: @Sendable (Paid) async throws -> Void
  ) async throws {
    try await withOffice { office in
      if byCode { try await office.alex.canSignBySMS() }
      let payment = try await office.kim.imports(SupplierInvoice())
      let other = try await office.kim.imports(
        SupplierInvoice(number: "2").with {
          $0.amount = "12.00"
          $0.account = "15032080119"
          $0.reference = "Invoice 2"
        })
      let note = try await office.kim.importsItems(SupplierInvoice.creditNote("K2", "2.00")).items
      try await office.kim.setsOff(note.map(\.openItem), against: other.name)
      if byCode {
        try await office.alex.confirmsPayees(of: [payment.name])
        try await office.alex.approvesByCode(payment)
      } else {
        try await office.alex.signs(payment)
      }
      try await office.alex.signs(other)
      try await office.bureau.bankSettles(on: "2026-03-16")
      let paid = try await office.kim.sees(payment)
      try #require(paid.state == .paid)
      let folder = FileManager.default.temporaryDirectory
        .appending(path: "bureau-proof-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      try await body(
        Paid(
          office: office, payment: paid, folder: folder,
          proof: try await proof(payment, by: try office.bureau.administrator),
          otherProof: try await proof(other, by: try office.bureau.administrator)))
    }
  }

  @Test func `S a payment's proof holds offline: signed, sent and answered are one`() async throws {
    try await Self.withPaid { paid in
      let (words, status, output) = try paid.verdicts(paid.proof)
      #expect(
        words == [
          "journal": "ok", "signature": "ok", "digest": "ok", "right": "ok", "sent": "ok",
          "answer": "ok", "code": "no code by SMS",
        ], "\(output)")
      #expect(status == 0, "\(output)")
      #expect(output.contains("signer:     Alex") || output.contains(paid.office.alex.citizen.name))
      #expect(output.contains("amount=715500 NOK") && output.contains("Elbolaget AS"))
      // With a credit note set off the documents are what was signed and sent.
      let netted = try paid.verdicts(paid.otherProof)
      #expect(netted.words == words && netted.status == 0, "\(netted.output)")
      #expect(netted.output.contains("document=CREN 200 NOK K2"), "\(netted.output)")
      // What the other payment is about is in the bank's file alone.
      let bare = try await Self.proof(
        paid.payment, by: try paid.office.bureau.administrator, withoutFiles: true)
      let left = try paid.verdicts(bare)
      #expect(left.words["sent"] == "not shown" && left.words["answer"] == "not shown")
      #expect(left.words["digest"] == "ok" && left.words["journal"] == "ok", "\(left.output)")
      #expect(left.status == 10)
      // Without what somebody outside knows nothing shows who made it.
      let alone = try paid.verdicts(paid.proof, witness: false, root: "")
      #expect(alone.words["journal"] == "not shown" && alone.words["signature"] == "not shown")
      #expect(alone.status == 10)
    }
  }

  @Test func `S whatever is changed in a payment's proof is found, by the verdict it concerns`()
    async throws
  {
    try await Self.withPaid { paid in
      let strange = try SandboxAuthority(folder: paid.folder.appending(path: "strange").path)
      for forgery in Self.forgeries(paid) {
        let forged = try forgery.change(Bundle(paid.proof)).text
        #expect(forged != paid.proof, "\(forgery.what) changes nothing")
        let found = try paid.verdicts(forged)
        #expect(
          found.words[forgery.verdict] == forgery.word, "\(forgery.what): \(found.output)")
        #expect(found.status == (forgery.word == "BROKEN" ? 1 : 10), "\(forgery.what)")
      }
      let otherRoot = try paid.verdicts(paid.proof, root: strange.rootPEM)
      #expect(otherRoot.words["signature"] == "BROKEN" && otherRoot.status == 1)
    }
  }

  @Test
  func
    `L-02 a payment approved by a code proves what the server knows, and never a BankID signature`()
    async throws
  {
    try await Self.withPaid(byCode: true) { paid in
      let (words, status, output) = try paid.verdicts(paid.proof)
      #expect(
        words == [
          "journal": "ok", "signature": "no personal signature: a code by SMS, see code",
          "digest": "ok", "right": "ok", "sent": "ok", "answer": "ok", "code": "ok",
        ], "\(output)")
      #expect(status == 0 && output.contains("amount=715500 NOK"), "\(output)")
      #expect(output.contains("with a code sent by SMS to +46*******67; the server's word"))
      // It needs no root of BankID; without a witness the journal, and all with it, is anybody's.
      let alone = try paid.verdicts(paid.proof, witness: false, root: "")
      #expect(alone.words["journal"] == "not shown" && alone.words["code"] == "ok")
      let forgeries: [(String, String, String, @Sendable (String) -> String)] = [
        ("code", "another person's", "BROKEN", Self.otherUser),
        ("code", "too old", "BROKEN", { $0.replacing("\nsent 1", with: "\nsent 0") }),
        ("code", "a whole number", "BROKEN", { $0.replacing("*******", with: "7012345") }),
        ("code", "no record", "BROKEN", { $0.replacing("sms-approval", with: "xxx-approval") }),
      ]
      for (verdict, what, word, change) in forgeries {
        let forged = Bundle(paid.proof).changing("blob evidence", part: 3, change).rehashed().text
        #expect(forged != paid.proof, "\(what) changes nothing")
        let found = try paid.verdicts(forged)
        #expect(found.words[verdict] == word, "\(what): \(found.output)")
        // The fact names another digest: the journal is what holds the record.
        #expect(found.words["journal"] == "BROKEN", "\(what): \(found.output)")
      }
      let none = try paid.verdicts(Bundle(paid.proof).without("blob evidence").withoutEnd().text)
      #expect(none.words["code"] == "not shown" && none.status != 0, "\(none.output)")
    }
  }

  @Test func `A-05 a salary is proven by whoever sees salaries, and is nothing for others`()
    async throws
  {
    try await withOffice { office in
      let ronja = try await office.bureau.accountant("Ronja")
      try await office.entrusts(ronja)
      let pat = try await office.payroll("Pat")
      _ = try await pat.importsSalaries("name;account;amount\nKari Nordmann;12345678903;31000\n")
      let salary = try #require(try await ronja.seesPayments().first)
      let text = try await Self.proof(salary, by: ronja)
      #expect(text.hasPrefix("bureau/payment-proof/v1\n") && text.contains("\nfact "))
      let told = Bundle(text).lines.filter { $0.hasPrefix("fact ") }
        .compactMap { $0.split(separator: " ").last.flatMap { Data(base64Encoded: String($0)) } }
      #expect(told.contains { String(decoding: $0, as: UTF8.self).contains("Kari Nordmann") })
      var nothing = salary
      nothing.name = salary.name.dropLast(32) + String(repeating: "cd", count: 16)
      for person in [office.kim, office.alex, try office.bureau.administrator] {
        let one = try await office.bureau.refusal { try await Self.proof(salary, by: person) }
        let other = try await office.bureau.refusal { try await Self.proof(nothing, by: person) }
        #expect(one == other && one.reason == "PAYMENT_NOT_FOUND")
      }
    }
  }

  private static func otherUser(_ record: String) -> String {
    record.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix("user ") ? "user " + String(repeating: "ab", count: 16) : String(line)
    }.joined(separator: "\n")
  }

  @Test func `T a reader proves a payment of the own company, and no other's`() async throws {
    try await Self.withPaid { paid in
      let bureau = paid.office.bureau
      let reader = try await bureau.reader("Ruth")
      let text = try await Self.proof(paid.payment, by: reader)
      let found = try paid.verdicts(text)
      #expect(found.words["signature"] == "ok" && found.words["sent"] == "ok", "\(found.output)")
      #expect(found.words["journal"] == "ok", "\(found.output)")
      // Of the bureau's journal a reader sees the role alone, not who did what around it.
      #expect(found.words["right"] == "not shown" && found.status == 10, "\(found.output)")
      #expect(Bundle(text).facts(of: bureau.id.hex).allSatisfy { !$0.hasSuffix(" -") })
      let company = try await bureau.makeCompany("Annen AS")
      let stranger = try await bureau.reader("Sam", at: company)
      let refused = try await bureau.refusal { try await Self.proof(paid.payment, by: stranger) }
      #expect(refused.reason == "ACCESS_DENIED")
      let absent = Bureau_V1_Payment.with {
        $0.name = "\(company.name)/payments/\(paid.payment.name.suffix(32))"
      }
      let unknown = try await bureau.refusal { try await Self.proof(absent, by: stranger) }
      #expect(unknown.reason == "PAYMENT_NOT_FOUND")
    }
  }

  @Test func `a payment that nobody has signed proves its journal and says so`() async throws {
    try await withOffice { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      // The witness is away: the proof shows less, and is there.
      office.bureau.world.witness.goes(away: true)
      let without = try await Self.proof(payment, by: try office.bureau.administrator)
      #expect(!without.contains("\nstatement ") && without.contains("\nfact "))
      office.bureau.world.witness.goes(away: false)
      let text = try await Self.proof(payment, by: try office.bureau.administrator)
      #expect(text.contains("\nstatement ") && !text.contains("\nsigned "))
    }
  }

  // MARK: Forgeries

  private struct Forgery: Sendable {
    let what: String
    let verdict: String
    var word = "BROKEN"
    let change: @Sendable (Bundle) throws -> Bundle
  }

  private static func forgeries(_ paid: Paid) -> [Forgery] {
    let id = String(paid.payment.name.suffix(32)), company = paid.company
    let other = Bundle(paid.otherProof).part(3, of: "blob evidence") ?? ""
    let turned = String(id.reversed())
    return [
      Forgery(what: "another amount shown", verdict: "digest") {
        $0.changing("signed", part: 3) { $0.replacing("amount=715500", with: "amount=715400") }
      },
      Forgery(what: "another account shown", verdict: "digest") {
        $0.changing("signed", part: 3) { $0.replacing("86011117947", with: "86011117948") }
      },
      Forgery(what: "another account in the fact", verdict: "journal") {
        $0.changing("fact", part: 3) { $0.replacing("86011117947", with: "86011117948") }
      },
      Forgery(what: "another account in the bank's file", verdict: "sent") {
        $0.changing("blob file", part: 3) { $0.replacing("86011117947", with: "86011117948") }
      },
      Forgery(what: "another account in the entry", verdict: "sent") {
        $0.changing("sent", part: 6) { $0.replacing("86011117947", with: "86011117948") }
      },
      Forgery(what: "another bank file, with its own digest", verdict: "sent") {
        $0.changing("blob file", part: 3) { $0.replacing("7155.00", with: "7154.00") }.rehashed()
      },
      Forgery(what: "no evidence", verdict: "signature", word: "not shown") {
        $0.without("blob evidence").withoutEnd()
      },
      Forgery(what: "evidence of another signature", verdict: "signature") {
        $0.editing("blob evidence") { parts in parts[3] = other }
      },
      Forgery(what: "evidence of another signature, with its own digest", verdict: "digest") {
        $0.editing("blob evidence") { parts in parts[3] = other }.rehashed()
      },
      Forgery(what: "another text in the evidence", verdict: "signature") {
        $0.changing("blob evidence", part: 3, Self.changingText)
      },
      Forgery(what: "another text in the evidence, and every digest with it", verdict: "signature")
      {
        $0.changing("blob evidence", part: 3, Self.changingText).rehashed()
      },
      Forgery(what: "another answer of the bank", verdict: "answer") {
        $0.changing("blob answer", part: 3) { $0.replacing(id, with: turned) }
      },
      Forgery(what: "no answer of the bank", verdict: "answer", word: "not shown") {
        $0.without("blob answer").withoutEnd()
      },
      Forgery(what: "another company", verdict: "journal") {
        $0.replacing(company, with: String(company.reversed()))
      },
      Forgery(what: "another payment", verdict: "digest") { $0.replacing(id, with: turned) },
      Forgery(what: "no checkpoint", verdict: "journal", word: "not shown") {
        $0.without("statement")
      },
      Forgery(what: "cut off", verdict: "journal") { $0.without("end") },
      Forgery(what: "a role taken out", verdict: "right") {
        $0.changing("fact", part: 3) { $0.replacing("approver", with: "readerxx") }
      },
      Forgery(what: "another entry's place", verdict: "sent") {
        $0.editing("sent") { parts in parts[4] = String((Int(parts[4]) ?? 0) + 1) }
      },
    ]
  }

  /// Changes a letter of what was signed, inside the document inside the answer.
  private static func changingText(_ answer: String) -> String {
    guard let start = answer.range(of: "\"signature\":\""),
      let end = answer.range(of: "\"", range: start.upperBound..<answer.endIndex)
    else { return answer }
    let inner = answer[start.upperBound..<end.lowerBound].replacing("\\/", with: "/")
    guard let data = Data(base64Encoded: String(inner)) else { return answer }
    var document = String(decoding: data, as: UTF8.self)
    guard let visible = document.range(of: "wysiwys\">"),
      let close = document.range(of: "<", range: visible.upperBound..<document.endIndex),
      let shown = Data(base64Encoded: String(document[visible.upperBound..<close.lowerBound]))
    else { return answer }
    let text = String(decoding: shown, as: UTF8.self).replacing("7155.00", with: "1155.00")
    document.replaceSubrange(
      visible.upperBound..<close.lowerBound, with: Data(text.utf8).base64EncodedString())
    return answer.replacingCharacters(
      in: start.upperBound..<end.lowerBound, with: Data(document.utf8).base64EncodedString())
  }
}

/// The lines of a proof, to be forged.
private struct Bundle {
  var lines: [String]

  init(_ text: String) { lines = text.split(separator: "\n").map(String.init) }

  var text: String { lines.joined(separator: "\n") + "\n" }

  func facts(of journal: String) -> [String] {
    guard let start = lines.firstIndex(of: "journal \(journal)") else { return [] }
    return lines[(start + 1)...].prefix { !$0.hasPrefix("journal ") }
      .filter { $0.hasPrefix("fact ") }
  }

  func editing(_ prefix: String, _ change: (inout [String]) -> Void) -> Bundle {
    var copy = self
    copy.lines = lines.map { line in
      guard line.hasPrefix(prefix + " ") else { return line }
      var parts = line.split(separator: " ").map(String.init)
      change(&parts)
      return parts.joined(separator: " ")
    }
    return copy
  }

  /// Changes what a part of some lines stands for, byte by byte of Latin letters.
  func changing(_ prefix: String, part: Int, _ change: (String) -> String) -> Bundle {
    editing(prefix) { parts in
      guard let data = Data(base64Encoded: parts[part]), parts[part].count > 1,
        let old = String(data: data, encoding: .isoLatin1)
      else { return }
      let new = change(old)
      if new != old {
        parts[part] = (new.data(using: .isoLatin1) ?? Data()).base64EncodedString()
      }
    }
  }

  func without(_ prefix: String) -> Bundle {
    var copy = self
    copy.lines.removeAll { $0.hasPrefix(prefix + " ") }
    return copy
  }

  func replacing(_ old: String, with new: String) -> Bundle {
    Bundle(text.replacing(old, with: new))
  }

  /// The end says what is there.
  func withoutEnd() -> Bundle {
    let blobs = lines.filter { $0.hasPrefix("blob ") }.count
    return editing("end") { $0[2] = String(blobs) }
  }

  func part(_ number: Int, of prefix: String) -> String? {
    lines.first { $0.hasPrefix(prefix + " ") }.map {
      String($0.split(separator: " ")[number])
    }
  }

  /// Every file under its own digest, and the digest wherever it is named.
  func rehashed() -> Bundle {
    var copy = self
    for line in lines where line.hasPrefix("blob ") {
      let parts = line.split(separator: " ").map(String.init)
      guard let data = Data(base64Encoded: parts[3]) else { continue }
      let digest = Data(SHA256.hash(data: data))
      let hex = digest.map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }.joined()
      guard hex != parts[2], let old = Data(hex: parts[2]) else { continue }
      copy = copy.replacing(parts[2], with: hex).editing("fact") { parts in
        guard var body = Data(base64Encoded: parts[3]), let range = body.range(of: old) else {
          return
        }
        body.replaceSubrange(range, with: digest)
        parts[3] = body.base64EncodedString()
      }
    }
    return copy
  }
}

extension Data {
  fileprivate init?(hex: String) {
    var bytes: [UInt8] = []
    var rest = hex[...]
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    self.init(bytes)
  }
}
