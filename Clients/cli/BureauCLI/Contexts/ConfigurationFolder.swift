internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Where the CLI keeps its two files: contexts, and the secrets of sessions apart from them.
package struct ConfigurationFolder: Equatable, Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  /// `BUREAU_CONFIG`, else `XDG_CONFIG_HOME/bureau`, else `~/.config/bureau`.
  package init(environment: [String: String]) {
    if let given = environment["BUREAU_CONFIG"], !given.isEmpty {
      path = given
    } else if let base = environment["XDG_CONFIG_HOME"], !base.isEmpty {
      path = base + "/bureau"
    } else {
      path = (environment["HOME"] ?? "") + "/.config/bureau"
    }
  }

  /// A value from a JSON file of the folder; nil where there is no file.
  package func load<Value: Decodable>(
    _: Value.Type, from name: String
  ) throws(CLIError) -> Value? {
    let file = path + "/" + name
    guard let data = FileManager.default.contents(atPath: file) else {
      guard !FileManager.default.fileExists(atPath: file) else {
        throw CLIError(.usage, "CONFIG_UNREADABLE", "\(file): the file can't be read")
      }
      return nil
    }
    try checkPrivate(file)
    do {
      return try JSONDecoder().decode(Value.self, from: data)
    } catch {
      throw CLIError(
        .usage, "CONFIG_UNREADABLE", "\(file): not written by this program, or damaged",
        mend: "mv \(file) \(file).old")
    }
  }

  /// Writes a value for the owner's eyes only (0600), whole or not at all.
  package func save(_ value: some Encodable, to name: String) throws(CLIError) {
    let file = path + "/" + name
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try PrivateFile.write(encoder.encode(value), to: file)
    } catch let error as CLIError {
      throw error
    } catch {
      throw CLIError(.usage, "CONFIG_UNWRITABLE", "\(file): the file can't be written")
    }
  }

  /// Refuses a file that others on the machine may read.
  private func checkPrivate(_ file: String) throws(CLIError) {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file)
    let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
    guard mode & 0o077 == 0 else {
      throw CLIError(
        .usage, "CONFIG_NOT_PRIVATE", "\(file): others on this machine may read it",
        mend: "chmod 600 \(file)")
    }
  }
}

/// Files that nobody else may read, from the first byte on.
enum PrivateFile {
  /// Writes beside the file and renames, so that a reader sees the old or the new, never half.
  static func write(_ data: Data, to path: String) throws(CLIError) {
    let draft = "\(path).\(getpid()).new"
    unlink(draft)
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw failure(path) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try file.write(contentsOf: data)
      try file.synchronize()
    } catch {
      unlink(draft)
      throw failure(path)
    }
    guard rename(draft, path) == 0 else {
      unlink(draft)
      throw failure(path)
    }
  }

  private static func failure(_ path: String) -> CLIError {
    CLIError(.invalidInput, "FILE_UNWRITABLE", "\(path): the file can't be written")
  }
}
