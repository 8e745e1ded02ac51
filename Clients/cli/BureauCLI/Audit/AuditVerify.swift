internal import ArgumentParser
internal import AuditTrail
internal import BureauAPI
internal import Foundation
internal import Primitives
internal import Synchronization

/// Checks journals: an export offline, the server's journals here, or by the server's own word.
struct AuditVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check that nothing was altered, removed or cut off.",
    discussion: """
      Without options the server checks itself against its own witness. With --witness the journals \
      are fetched and checked here; with --export a file is checked, and no server is asked. \
      Integrity and completeness are answered apart; the exit code is 1 when integrity is broken, 9 \
      when only completeness is, 10 when it cannot be shown.
      """)

  @Option(
    help: ArgumentHelp("An export to check, - for standard input.", valueName: "file"),
    completion: .file())
  var export: String?
  @Option(
    help: ArgumentHelp(
      "What the witness holds: its folder, a bureau's folder in it, or one statement.",
      valueName: "path"), completion: .file())
  var witness: String?
  @Option(
    help: ArgumentHelp(
      "The audit key's public half, hexadecimal, if you know it.", valueName: "hex"))
  var publicKey: String?
  @Flag(help: "With --witness: all the bureau's journals, not only the company's.")
  var wholeBureau = false
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if export != nil, wholeBureau { throw ValidationError("An export says itself what it holds.") }
    if publicKey != nil, publicKey?.hexBytes(32) == nil {
      throw ValidationError("--public-key takes 64 lower-case hexadecimal digits.")
    }
    if publicKey != nil, export == nil, witness == nil {
      throw ValidationError("--public-key goes with --export or --witness.")
    }
  }

  mutating func run() async throws {
    let command = self
    let surroundings = Surroundings.current
    if let export {
      let verdict = try command.verify(export, surroundings)
      try Self.show(verdict, globals.output, surroundings)
    } else {
      try await Client.run(globals) { try await command.ask($0) }
    }
  }

  private func ask(_ client: Client) async throws {
    let bureau = try client.bureau()
    guard let witness else {
      let answer = try await client.read(Audit.VerifyAudit.self) { $0.name = bureau }
      try client.show(answer, .verification(answer))
      try Self.end(
        integrity: answer.integrity, completeness: answer.completeness,
        isShown: answer.completenessShown)
      return
    }
    let id = Show.id(bureau).hexBytes(16)
    let evidence = try WitnessFiles.read(witness, bureau: id)
    let numbers = evidence.chain.newestCheckpoint.map { [$0.statement.number] } ?? []
    let check = Mutex(
      LineCheck(ExportChecker(evidence: evidence, publicKey: publicKey?.hexBytes(32))))
    try await client.export(
      wholeBureau ? bureau : try await client.company(), withBodies: true, checkpoints: numbers
    ) { piece in try check.withLock { try $0.take(piece) } }
    let verdict = try check.withLock { try $0.finish() }
    try Self.show(verdict, client.output, client.surroundings)
  }

  private func verify(_ path: String, _ surroundings: Surroundings) throws -> AuditVerdict {
    let file = try ExportFile(path)
    var evidence: WitnessEvidence?
    if let witness { evidence = try WitnessFiles.read(witness, bureau: try file.bureau()) }
    var check = LineCheck(ExportChecker(evidence: evidence, publicKey: publicKey?.hexBytes(32)))
    while let piece = try file.next() { try check.take(piece) }
    return try check.finish()
  }

  // MARK: The verdict

  private static func show(
    _ verdict: AuditVerdict, _ output: OutputFormat, _ surroundings: Surroundings
  ) throws {
    switch output {
    case .table: surroundings.write(Details.verdict(verdict).text)
    case .json: surroundings.write(try json(verdict) + "\n")
    }
    try end(
      integrity: verdict.integrity == .ok, completeness: verdict.completeness != .broken,
      isShown: verdict.completeness != .notShown)
  }

  private static func end(integrity: Bool, completeness: Bool, isShown: Bool) throws(Ending) {
    if !integrity { throw .someFailed }
    if !completeness { throw .incomplete }
    if !isShown { throw .notShown }
  }

  private struct Written: Encodable {
    var integrity: String
    var completeness: String
    var findings: [String]
    var companyCount: Int64
    var factCount: Int64
    var erasedBodyCount: Int64
    var checkpointNumber: Int64?
    var checkpointTime: String?
  }

  private static func json(_ verdict: AuditVerdict) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(
      decoding: try encoder.encode(
        Written(
          integrity: verdict.integrity.rawValue, completeness: verdict.completeness.rawValue,
          findings: verdict.findings, companyCount: verdict.companies, factCount: verdict.facts,
          erasedBodyCount: verdict.erased, checkpointNumber: verdict.checkpoint?.number,
          checkpointTime: verdict.checkpoint?.time.rfc3339)), as: UTF8.self)
  }
}

extension Details {
  static func verdict(_ verdict: AuditVerdict) -> Details {
    func word(_ answer: AuditVerdict.Answer) -> String {
      answer == .broken ? "BROKEN" : answer.rawValue
    }
    var details = Details()
    details.add("integrity", word(verdict.integrity))
    details.add("completeness", word(verdict.completeness))
    details.add("companies", String(verdict.companies))
    details.add("facts", String(verdict.facts))
    if verdict.erased > 0 { details.add("erased bodies", String(verdict.erased)) }
    details.add(
      "checkpoint", verdict.checkpoint.map { "\($0.number) of \($0.time.rfc3339)" } ?? "none")
    for finding in verdict.findings { details.add("finding", finding) }
    return details
  }

  static func verification(_ answer: Bureau_V1_VerifyAuditResponse) -> Details {
    var details = Details()
    details.add("integrity", answer.integrity ? "ok" : "BROKEN")
    details.add(
      "completeness",
      !answer.completeness ? "BROKEN" : answer.completenessShown ? "ok" : "not shown")
    details.add("companies", String(answer.companyCount))
    details.add("facts", String(answer.factCount))
    if answer.erasedBodyCount > 0 { details.add("erased bodies", String(answer.erasedBodyCount)) }
    details.add(
      "checkpoint",
      answer.hasCheckpointTime
        ? "\(answer.checkpointNumber) of \(Show.time(answer.checkpointTime))" : "none")
    for finding in answer.findings { details.add("finding", finding) }
    return details
  }
}
