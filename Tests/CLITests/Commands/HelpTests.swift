import ArgumentParser
import BureauAPI
import BureauCLI
import Foundation
import Testing

@Suite struct HelpTests {
  /// The help of a command and of all below it, as one text.
  private func help(_ command: any ParsableCommand.Type, _ path: String) -> String {
    let name = command.configuration.commandName ?? ""
    let path = path.isEmpty ? name : "\(path) \(name)"
    let text = BureauCommand.helpMessage(for: command, columns: 100)
    return "## \(path)\n\n\(text)\n\n"
      + command.configuration.subcommands.map { help($0, path) }.joined()
  }

  @Test func `the help of every command is as reviewed`() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Golden/help.txt")
    let text = help(BureauCommand.self, "")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try Data(text.utf8).write(to: file)
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    #expect(text == golden, "UPDATE_GOLDEN=1 rewrites the golden text")
  }

  @Test func `asked-for help goes to stdout and ends well`() async throws {
    let rig = try CommandRig()
    #expect(await rig.run("payment", "--help") == 0)
    #expect(rig.output.hasPrefix("OVERVIEW: Payments"))
    #expect(await rig.run("--generate-completion-script", "bash") == 0)
    #expect(rig.output.hasPrefix("#!/bin/bash"))
  }

  @Test func `a wrong command line ends with 2, also for programs`() async throws {
    let rig = try CommandRig()
    #expect(await rig.run("payment", "pay") == 2)
    #expect(rig.output == "")
    #expect(await rig.run("payment", "get", "-o", "json") == 2)
    #expect(rig.notes.first?.hasPrefix(#"{"error":{"code":"LOCAL""#) == true)
  }

  /// RPCs that no command needs.
  private static let withoutCommand: Set<String> = ["GetBureau"]

  @Test func `every RPC of the API is within reach`() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Clients/cli/BureauCLI")
    let files = try #require(
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    ).compactMap { $0 as? URL }.filter {
      $0.pathExtension == "swift" && $0.lastPathComponent != "RPC.swift"
    }
    let source = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    for method in Descriptors.methods where method.service.hasPrefix("bureau.v1.") {
      let isUsed = source.contains(".\(method.name).self")
      #expect(isUsed != Self.withoutCommand.contains(method.name), "\(method.fullName)")
    }
  }
}
