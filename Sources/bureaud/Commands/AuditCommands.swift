// What an operator does with the journals beside the server, by the files alone.

import ArgumentParser
import AuditTrail
import Domain
import Engine
import Foundation
import Primitives
import Server
import Storage

/// How a check ends, for scripts; `bureau audit verify` ends the same way.
private enum Ending {
  static let altered = ExitCode(1)
  static let unreadable = ExitCode(6)
  static let incomplete = ExitCode(9)
  static let notShown = ExitCode(10)
}

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the database and its journals against the witness; changes nothing.",
    discussion: """
      May run beside the server. Journals that are whole are replayed and the tables compared with \
      what follows from them; what nobody keeps a journal of (sessions, open orders, the times of \
      work) is checked as far as the engine itself can. Ends with 1 when something was altered, 9 when something is \
      missing, 10 when nothing shows that the journals are complete, 6 when there is nothing to \
      check.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(help: "Leave the tables alone that follow from the journals: quicker on a large database.")
  var journalsOnly = false

  func run() async throws {
    let configuration = try common.load()
    let witness = FolderWitness(folder: configuration.witnessFolder)
    // Only the public half is used; without the key the witness's own word counts.
    let key = try? Home(folder: configuration.home).auditKey(configuration.auditKey)
    let codes = try await ReadOnly.run(configuration) { database in
      var codes = await Self.structure(of: database)
      let audit = StoredAudit(database: database, witness: witness)
      let bureaus = try await ReadOnly.bureaus(of: database, and: witness)
      for bureau in bureaus {
        print("bureau \(bureau.hex)")
        do {
          codes.append(
            Self.report(try await audit.verify(bureau, publicKey: key?.publicKey)))
        } catch let error as EngineError {
          print("  the journals cannot be read: \(error.text)")
          codes.append(Ending.altered)
        }
      }
      if bureaus.isEmpty { print("There is no bureau in this database.") }
      // What follows from journals that are wrong says nothing more.
      if !journalsOnly, !codes.contains(Ending.altered), !codes.contains(Ending.incomplete) {
        codes += await Self.tables(of: database)
      }
      return codes
    }
    for worst in [Ending.altered, Ending.incomplete, Ending.notShown] where codes.contains(worst) {
      throw worst
    }
  }

  /// What the engine itself finds wrong with its file.
  private static func structure(of database: any Database) async -> [ExitCode] {
    let findings: [String]
    do { findings = try await database.check() } catch {
      findings = [(error as? EngineError)?.text ?? "\(error)"]
    }
    for finding in findings { print("the database is damaged: \(finding)") }
    return findings.isEmpty ? [] : [Ending.altered]
  }

  /// Whether the tables are what the journals say.
  private static func tables(of database: any Database) async -> [ExitCode] {
    do {
      let report = try await RebuildCommand.verify(database)
      for line in report.lines(isRebuilt: false) { print(line) }
      return report.isClean ? [] : [Ending.altered]
    } catch {
      print("the tables cannot be read: \((error as? EngineError)?.text ?? "\(error)")")
      return [Ending.altered]
    }
  }

  private static func report(_ verdict: AuditVerdict) -> ExitCode {
    func word(_ answer: AuditVerdict.Answer) -> String {
      answer == .broken ? "BROKEN" : answer.rawValue
    }
    print("  integrity:    \(word(verdict.integrity))")
    print("  completeness: \(word(verdict.completeness))")
    print("  companies:    \(verdict.companies)")
    print("  facts:        \(verdict.facts)")
    if verdict.erased > 0 { print("  erased:       \(verdict.erased) bodies erased") }
    if let checkpoint = verdict.checkpoint {
      print("  checkpoint:   \(checkpoint.number) of \(checkpoint.time.rfc3339)")
    }
    for finding in verdict.findings { print("  finding:      \(finding)") }
    if verdict.integrity == .broken { return Ending.altered }
    switch verdict.completeness {
    case .broken: return Ending.incomplete
    case .notShown: return Ending.notShown
    case .ok: return ExitCode.success
    }
  }
}

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Journals for outsiders, and the key that signs for them.",
    subcommands: [Export.self, RotateKey.self])

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Writes journals to a file that anyone can check; docs/audit-format.md has its form.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "Where to; must not be there yet.") var file: String
    @Option(help: "The bureau's id; not needed where there is one only.") var bureau: String?
    @Option(help: "One company's id. Default: all the bureau's journals.") var company: String?
    @Flag(help: "Leave out what happened; the chain can still be checked.")
    var withoutBodies = false
    @Option(help: "Prove the heads against this checkpoint too; may be repeated.")
    var checkpoint: [Int64] = []

    func run() async throws {
      let configuration = try common.load()
      let witness = FolderWitness(folder: configuration.witnessFolder)
      guard !FileManager.default.fileExists(atPath: file) else {
        throw ValidationError("\(file) is there already")
      }
      let draft = URL(fileURLWithPath: "\(file).\(ProcessInfo.processInfo.processIdentifier).new")
      defer { try? FileManager.default.removeItem(at: draft) }
      try Home.write(Data(), to: draft)
      let handle = try FileHandle(forWritingTo: draft)
      try await ReadOnly.run(configuration) { database in
        let extent = try await self.extent(database, witness)
        do {
          try await JournalExporter(
            database: database, witness: witness, now: Sources.system.now
          ).export(
            extent, for: .shown, withBodies: !withoutBodies, checkpoints: checkpoint
          ) { piece in
            try handle.write(contentsOf: Data(piece))
          }
        } catch let error as WitnessError { throw Home.Fault(description: error.message) }
      }
      try handle.synchronize()
      try handle.close()
      try FileManager.default.moveItem(at: draft, to: URL(fileURLWithPath: file))
    }

    private func extent(
      _ database: any Database, _ witness: FolderWitness
    ) async throws -> JournalExporter.Extent {
      let known = try await ReadOnly.bureaus(of: database, and: witness)
      let wanted = bureau.map { ID<Bureau>(hex: $0) } ?? (known.count == 1 ? known[0] : nil)
      guard let wanted, known.contains(wanted) else {
        throw ValidationError(
          "--bureau takes one of: \(known.map(\.hex).joined(separator: ", "))")
      }
      guard let company else { return .bureau(wanted) }
      guard let id = ID<Company>(hex: company) else {
        throw ValidationError("--company takes 32 hexadecimal digits")
      }
      return .company(Place(bureau: wanted, company: id))
    }
  }

  struct RotateKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate-key",
      abstract: "Makes a new audit key and hands every bureau's chain over to it.",
      discussion: """
        Leaves a statement with the witness, signed by both keys, and removes the old key. Restart \
        the servers afterwards; until then they sign no checkpoint. Can be run again where it was \
        interrupted.
        """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
      let configuration = try common.load()
      let witness = FolderWitness(folder: configuration.witnessFolder)
      let key: AuditKey
      do {
        key = try Home(folder: configuration.home).rotateAuditKey(
          configuration.auditKey, at: witness, now: Sources.system.now())
      } catch let error as WitnessError { throw Home.Fault(description: error.message) }
      print("public key: \(key.publicKey.hexadecimal)")
    }
  }
}

/// The database opened for reading only, whether a server runs on it or not.
private enum ReadOnly {
  static func run<Result: Sendable>(
    _ configuration: ServerConfiguration, _ body: (any Database) async throws -> Result
  ) async throws -> Result {
    let database: any Database
    do {
      database = try await configuration.location.reading()
    } catch let error as EngineError { throw refused(error) }
    let result: Swift.Result<Result, any Error>
    do {
      do { try await database.requireSchema(Schema.migrations) } catch let error as EngineError {
        throw refused(error)
      }
      result = .success(try await body(database))
    } catch { result = .failure(error) }
    await database.close()
    return try result.get()
  }

  private static func refused(_ error: EngineError) -> ExitCode {
    FileHandle.standardError.write(Data("Error: \(DatabaseFault(error).description)\n".utf8))
    return Ending.unreadable
  }

  /// Those with a journal, and those that the witness knows.
  static func bureaus(of database: any Database, and witness: FolderWitness) async throws
    -> [ID<Bureau>]
  {
    let stored = try await database.withSnapshot { snapshot in
      try await snapshot.read { try AuditTables.bureaus(in: $0) }
    }
    return Set(stored).union((try? witness.bureaus()) ?? []).sorted()
  }
}
