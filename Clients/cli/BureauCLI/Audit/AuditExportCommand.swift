internal import ArgumentParser
internal import BureauAPI
internal import Foundation
internal import SwiftProtobuf

struct AuditExportCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write journals to a file that anyone can check offline.",
    discussion: "docs/audit-format.md describes the file; `audit verify --export` checks it.")

  @Argument(
    help: ArgumentHelp("Where to; must not be there yet.", valueName: "file"),
    completion: .file())
  var file: String
  @Flag(help: "All the bureau's journals, not only the company's.") var wholeBureau = false
  @Flag(help: "Leave out what happened; the chain can still be checked.") var withoutBodies = false
  @Option(
    help: ArgumentHelp(
      "Prove the heads against this checkpoint too; may be repeated.", valueName: "number"))
  var checkpoint: [Int64] = []
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = wholeBureau ? try client.bureau() : try await client.company()
    let output = try NewPrivateFile(file)
    try await client.export(name, withBodies: !withoutBodies, checkpoints: checkpoint) {
      try output.write($0)
    }
    try output.finish()
    client.surroundings.note("written: \(file)")
  }
}

struct AuditProof: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "proof", abstract: "Show that the company's head is in a signed checkpoint.")

  @Option(help: ArgumentHelp("The checkpoint. Default: the newest.", valueName: "number"))
  var checkpoint: Int64 = 0
  @Option(
    help: ArgumentHelp("Write the signed checkpoint here.", valueName: "file"),
    completion: .file())
  var file: String?
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company(), number = checkpoint
    let proof = try await client.read(Audit.GetCheckpointProof.self) {
      $0.name = company
      $0.checkpointNumber = number
    }
    if let file { try PrivateFile.write(proof.checkpoint, to: file) }
    try client.show(proof, .proof(proof))
  }
}

extension Client {
  /// Fetches the journal of a company, or those of a bureau, as a file's pieces.
  func export(
    _ name: String, withBodies: Bool, checkpoints: [Int64],
    _ take: @escaping @Sendable (Data) throws -> Void
  ) async throws {
    if name.contains("/companies/") {
      try await pieces(
        Audit.ExportCompanyJournal.self,
        .with {
          $0.name = name
          $0.withoutBodies = !withBodies
          $0.checkpointNumbers = checkpoints
        }
      ) { try take($0.content) }
    } else {
      try await pieces(
        Audit.ExportJournals.self,
        .with {
          $0.parent = name
          $0.withoutBodies = !withBodies
          $0.checkpointNumbers = checkpoints
        }
      ) { try take($0.content) }
    }
  }
}

/// A file for its owner's eyes that appears when it is whole, and takes no other's place.
final class NewPrivateFile: Sendable {
  private let path: String
  private let draft: String
  private let handle: FileHandle

  init(_ path: String) throws(CLIError) {
    self.path = path
    draft = "\(path).\(ProcessInfo.processInfo.processIdentifier).new"
    guard !FileManager.default.fileExists(atPath: path) else {
      throw CLIError(.invalidInput, "FILE_EXISTS", "\(path): the file is there already")
    }
    guard
      FileManager.default.createFile(
        atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600]),
      let handle = FileHandle(forWritingAtPath: draft)
    else { throw Self.failure(path) }
    self.handle = handle
  }

  deinit { try? FileManager.default.removeItem(atPath: draft) }

  func write(_ data: Data) throws(CLIError) {
    do { try handle.write(contentsOf: data) } catch { throw Self.failure(path) }
  }

  func finish() throws(CLIError) {
    do {
      try handle.synchronize()
      try handle.close()
      try FileManager.default.moveItem(atPath: draft, toPath: path)
    } catch { throw Self.failure(path) }
  }

  private static func failure(_ path: String) -> CLIError {
    CLIError(.invalidInput, "FILE_UNWRITABLE", "\(path): the file can't be written")
  }
}

extension Details {
  static func proof(_ proof: Bureau_V1_CheckpointProof) -> Details {
    var details = Details()
    details.add("checkpoint", String(proof.checkpointNumber))
    details.add("sequence", String(proof.sequence))
    details.add("hash", proof.hash)
    details.add("leaf", String(proof.leafIndex))
    for hash in proof.path { details.add("path", hash) }
    return details
  }
}
