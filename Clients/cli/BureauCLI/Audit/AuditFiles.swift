// What an outsider has on disk: the witness's statements, and exports.

internal import AuditTrail
internal import Foundation

enum WitnessFiles {
  /// Reads a witness's folder, one bureau's folder in it, or a single statement.
  /// - Parameter bureau: 16 bytes; whose statements are meant.
  static func read(_ path: String, bureau: [UInt8]?) throws(CLIError) -> WitnessEvidence {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CLIError(
        .invalidInput, "FILE_UNREADABLE", "\(path): the witness can't be read", field: "--witness")
    }
    guard isFolder.boolValue else {
      return try evidence([try statement(path)], isWhole: false, heads: nil, path)
    }
    var folder = URL(fileURLWithPath: path)
    if let name = bureau?.hexadecimal, names(in: folder).contains(name) {
      folder = folder.appending(path: name)
    }
    let files = names(in: folder).filter { $0.hasSuffix(".statement") }.sorted()
    guard !files.isEmpty else {
      throw CLIError(
        .invalidInput, "WITNESS_EMPTY", "\(path): there are no statements of this bureau",
        field: "--witness")
    }
    var statements: [SignedStatement] = []
    for file in files { statements.append(try statement(folder.appending(path: file).path)) }
    return try evidence(statements, isWhole: true, heads: folder, path)
  }

  private static func evidence(
    _ statements: [SignedStatement], isWhole: Bool, heads folder: URL?, _ path: String
  ) throws(CLIError) -> WitnessEvidence {
    let chain = WitnessChain(statements, isWhole: isWhole)
    var leaves: [Leaf]?
    if let folder, case .checkpoint(_, let root)? = chain.newestCheckpoint?.statement.kind,
      let content = FileManager.default.contents(
        atPath: folder.appending(path: "\(root.hexadecimal).heads").path)
    {
      leaves = HeadList.parse(Array(content))
      if leaves == nil { throw changed(path) }
    }
    guard let evidence = WitnessEvidence(chain, leaves: leaves) else { throw changed(path) }
    return evidence
  }

  private static func changed(_ path: String) -> CLIError {
    CLIError(
      .invalidInput, "WITNESS_DAMAGED",
      "\(path): the heads of the newest checkpoint are not those that were signed",
      field: "--witness")
  }

  private static func statement(_ path: String) throws(CLIError) -> SignedStatement {
    guard let content = FileManager.default.contents(atPath: path), content.count <= 4_096,
      let signed = SignedStatement(file: Array(content))
    else {
      throw CLIError(
        .invalidInput, "WITNESS_DAMAGED", "\(path): this is no statement of a witness",
        field: "--witness")
    }
    return signed
  }

  private static func names(in folder: URL) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  }
}

/// Cuts pieces of an export into lines for the checker.
struct LineCheck {
  private var checker: ExportChecker
  private var rest: [UInt8] = []

  init(_ checker: ExportChecker) { self.checker = checker }

  mutating func take(_ piece: Data) throws(CLIError) {
    var start = piece.startIndex
    while let end = piece[start...].firstIndex(of: 0x0A) {
      try line(rest + piece[start..<end])
      rest = []
      start = piece.index(after: end)
    }
    rest += piece[start...]
    guard rest.count <= AuditExport.lineLimit else {
      throw CLIError(.invalidInput, "EXPORT_MALFORMED", "a line of the export is too long")
    }
  }

  private mutating func line(_ bytes: [UInt8]) throws(CLIError) {
    do { try checker.take(String(decoding: bytes, as: UTF8.self)) } catch { throw Self.none(error) }
  }

  mutating func finish() throws(CLIError) -> AuditVerdict {
    if !rest.isEmpty { try line(rest) }
    do { return try checker.finish() } catch { throw Self.none(error) }
  }

  private static func none(_ error: NoExport) -> CLIError {
    CLIError(.invalidInput, "EXPORT_MALFORMED", error.message, field: "--export")
  }
}

/// A file read a piece at a time.
final class ExportFile {
  private let handle: FileHandle
  private let path: String
  private var first: Data?

  init(_ path: String) throws(CLIError) {
    self.path = path
    do {
      handle =
        path == "-"
        ? FileHandle.standardInput
        : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      first = try handle.read(upToCount: 1 << 16)
    } catch {
      throw CLIError(
        .invalidInput, "FILE_UNREADABLE", "\(path): the file can't be read", field: "--export")
    }
  }

  /// As the second line says it, before it is checked.
  func bureau() throws(CLIError) -> [UInt8]? {
    let line = (first ?? Data()).split(separator: 0x0A, maxSplits: 2).dropFirst().first
    return line.flatMap {
      String(String(decoding: $0, as: UTF8.self).dropFirst("bureau ".count)).hexBytes(16)
    }
  }

  func next() throws(CLIError) -> Data? {
    if let first {
      self.first = nil
      return first
    }
    do {
      guard let piece = try handle.read(upToCount: 1 << 16), !piece.isEmpty else { return nil }
      return piece
    } catch {
      throw CLIError(.invalidInput, "FILE_UNREADABLE", "\(path): the file can't be read")
    }
  }
}
