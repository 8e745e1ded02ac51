internal import Foundation
internal import Primitives

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension Surroundings {
  /// Those of a real process: its streams, files, clock and network.
  package static func process() -> Surroundings {
    let environment = ProcessInfo.processInfo.environment
    return Surroundings(
      environment: environment, configuration: ConfigurationFolder(environment: environment),
      write: { FileHandle.standardOutput.write(Data($0.utf8)) },
      note: { FileHandle.standardError.write(Data(($0 + "\n").utf8)) },
      noteWidth: terminalWidth(STDERR_FILENO), read: readFile, line: { readLine() },
      list: listFolder,
      now: { Instant(microseconds: Int64((Date().timeIntervalSince1970 * 1e6).rounded())) },
      sleep: { try await Task.sleep(for: $0) },
      newID: { UUID().uuidString.lowercased() }, connector: NetworkConnector())
  }

  /// Columns of the terminal behind a descriptor; nil where it is none.
  private static func terminalWidth(_ descriptor: Int32) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  @Sendable private static func readFile(_ path: String, limit: Int) throws(CLIError) -> Data {
    let data: Data
    do {
      let file =
        path == "-"
        ? FileHandle.standardInput
        : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      data = try file.read(upToCount: limit + 1) ?? Data()
    } catch {
      throw CLIError(.invalidInput, "FILE_UNREADABLE", "\(path): the file can't be read")
    }
    guard data.count <= limit else {
      throw CLIError(
        .invalidInput, "FILE_TOO_LARGE", "\(path): the file is larger than \(limit) bytes")
    }
    return data
  }
}

extension Surroundings {
  @Sendable private static func listFolder(_ path: String) throws(CLIError) -> [String]? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return nil }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw CLIError(.invalidInput, "FOLDER_UNREADABLE", "\(path): the folder can't be read")
    }
    return names.sorted()
  }

  /// A short secret or number from a file, or from standard input for `-`: never an argument,
  /// because other users of the machine see those.
  package func secret(from path: String) throws(CLIError) -> String {
    let text = String(decoding: try read(path, 4096), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty, !text.contains(where: \.isNewline) else {
      throw CLIError(
        .invalidInput, "FILE_CONTENT", "\(path): one line of text is expected, and nothing else")
    }
    return text
  }
}
