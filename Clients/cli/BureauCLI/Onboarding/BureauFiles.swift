// The files of `bureau onboard`: read, refused with all findings, and shown with their places.

internal import ArgumentParser
internal import Foundation
internal import Domain
internal import Onboarding
internal import Primitives

struct BureauFileOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The bureau file; - is stdin.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Option(
    help: ArgumentHelp(
      "File with the national ids of new people, by key; nobody else may be able to read it.",
      valueName: "file"), completion: .file())
  var nationalIds: String?
}

/// A bureau file as it was given, with the national ids of its people.
struct GivenFile {
  let options: BureauFileOptions
  var file: BureauFile
  /// By person.
  let nationalIDs: [String: String]

  /// Refuses with everything that is wrong in both files.
  init(_ options: BureauFileOptions, _ client: Client) throws {
    self.options = options
    let bytes = [UInt8](try client.surroundings.read(options.file, BureauFile.Limit.bytes))
    let secrets = try options.nationalIds.map { try client.surroundings.privateFile($0) }
    do throws(FileRefused) {
      (file, nationalIDs) = try BureauFile.read(bytes, nationalIDs: secrets)
    } catch {
      let findings =
        error.findings.map { ShownFinding($0, in: options.file) }
        + error.nationalIDs.map { ShownFinding($0, in: options.nationalIds ?? "") }
      try client.refuse(findings)
    }
  }

  /// Leaves only the clients named: by organisation number or name.
  mutating func narrow(to names: [String]) throws(CLIError) {
    guard !names.isEmpty else { return }
    var kept: Set<Int> = []
    for name in names {
      let digits = name.filter(\.isNumber)
      let found = file.clients.indices.filter { index in
        let company = file.clients[index].company
        return company.displayName.lowercased() == name.lowercased()
          || !digits.isEmpty && company.organisationNumber.digits == digits
      }
      guard !found.isEmpty else {
        throw CLIError(
          .notFound, "CLIENT_UNKNOWN", "the file has no client \"\(name)\"", field: "--only")
      }
      kept.formUnion(found)
    }
    file.clients = kept.sorted().map { file.clients[$0] }
  }
}

/// A finding for people and programs.
struct ShownFinding: Encodable {
  let file: String
  let line: Int
  let column: Int
  let path: String
  let reason: String
  let message: String

  init(_ finding: Finding, in file: String) {
    self.file = file
    line = finding.line
    column = finding.column
    path = finding.path
    reason = finding.reason
    message = finding.message
  }

  /// `clients.yaml:12:5: CLIENT_TWICE: …`, as compilers write.
  var text: String {
    let place = line > 0 ? "\(file):\(line):\(column)" : file
    let path = path.isEmpty ? "" : " (\(path))"
    return "\(place): \(reason): \(message)\(path)".printable
  }
}

extension Client {
  /// Tells all findings and ends: nothing is applied.
  func refuse(_ findings: [ShownFinding]) throws -> Never {
    switch output {
    case .json:
      struct Report: Encodable { let findings: [ShownFinding] }
      surroundings.write(try Self.json(encoding: Report(findings: findings)))
    case .table:
      for finding in findings { surroundings.note(finding.text) }
      surroundings.note(
        "\(findings.count) finding\(findings.count == 1 ? "" : "s"): nothing was applied")
    }
    throw Ending.invalidInput
  }

  static func json(encoding value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }
}

extension Surroundings {
  /// A file with secrets: refused where others on the machine may read it.
  func privateFile(_ path: String) throws(CLIError) -> [UInt8] {
    if path != "-" {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
      guard mode & 0o077 == 0 else {
        throw CLIError(
          .invalidInput, "FILE_NOT_PRIVATE", "\(path): others on this machine may read it",
          field: "--national-ids", mend: "chmod 600 \(path)")
      }
    }
    return [UInt8](try read(path, BureauFile.Limit.bytes))
  }
}
