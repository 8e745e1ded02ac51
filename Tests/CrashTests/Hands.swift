import Foundation
import TestKit

/// One person at the command line, with contexts and sessions of their own.
struct Hands: Sendable {
  let nationalID: String
  let folder: URL

  /// Runs `bureau ARGUMENTS`. Throws for what is refused or does not get through.
  @discardableResult
  func bureau(_ arguments: String..., input: String = "") async throws -> String {
    let ending = try await Program.run(
      try Program.built("bureau"), arguments, input: input, in: folder,
      environment: ["BUREAU_CONFIG": folder.appending(path: nationalID).path])
    guard ending.status == 0 else {
      throw TestFault("bureau \(arguments.prefix(2)): \(ending.status) \(ending.notes.suffix(400))")
    }
    return ending.output
  }

  /// The name of what a command made.
  func made(_ arguments: [String], input: String = "") async throws -> String {
    struct Named: Decodable { var name: String }
    let ending = try await Program.run(
      try Program.built("bureau"), arguments + ["-o", "json"], input: input, in: folder,
      environment: ["BUREAU_CONFIG": folder.appending(path: nationalID).path])
    guard ending.status == 0 else {
      throw TestFault("bureau \(arguments.prefix(2)): \(ending.status) \(ending.notes.suffix(400))")
    }
    return try JSONDecoder().decode(Named.self, from: Data(ending.output.utf8)).name
  }

  /// Gets to know a server that has been started, and logs in there.
  func meets(_ sheet: Sheet, bureau: String? = nil, logsIn: Bool = true) async throws {
    _ = try? await self.bureau("context", "remove", "crash")
    var arguments = [
      "context", "add", "crash", "--server", sheet.server, "--ca", sheet.ca, "--sandbox",
      sheet.sandbox_url,
    ]
    if let bureau { arguments += ["--bureau", bureau] }
    let ending = try await Program.run(
      try Program.built("bureau"), arguments, in: folder,
      environment: ["BUREAU_CONFIG": folder.appending(path: nationalID).path])
    guard ending.status == 0 else { throw TestFault("context add: \(ending.notes)") }
    if logsIn { try await self.bureau("login", "--sandbox-person", nationalID) }
  }
}
