import ArgumentParser
import Engine
import EngineSQLite
import Foundation
import Storage

struct RebuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Makes all tables that follow from the journals anew; no server may run meanwhile.",
    discussion: """
      Journals and working state stay as they are; it is all or nothing. With --verify nothing is \
      changed: the journals are replayed beside the live tables, every row that differs is named \
      by its key, and the command ends with 1 if there is one.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(help: "Change nothing, only compare; a server may run meanwhile.")
  var verify = false

  func run() async throws {
    let configuration = try common.load()
    let report: RebuildReport
    do {
      let database = try await Self.open(configuration, forReading: verify)
      let result: Result<RebuildReport, any Error>
      do {
        result = .success(
          verify ? try await Self.verify(database) : try await Rebuild.run(database))
      } catch { result = .failure(error) }
      await database.close()
      report = try result.get()
    } catch let error as EngineError { throw DatabaseFault(error) }
    for line in report.lines(isRebuilt: !verify) { print(line) }
    if !report.isClean { throw ExitCode.failure }
  }

  /// The database of the configuration, which must be there already.
  private static func open(_ configuration: ServerConfiguration, forReading: Bool) async throws
    -> any Database
  {
    let location = configuration.location
    if case .sqlite(let file) = location, !FileManager.default.fileExists(atPath: file.path) {
      throw EngineError.unavailable("there is no file \(file.path)")
    }
    // Looked at before it is opened for writing: what is not ours is not touched.
    let reader = try await location.reading()
    if forReading { return reader }
    let result: Result<Void, any Error>
    do { result = .success(try await reader.requireSchema(Schema.migrations)) } catch {
      result = .failure(error)
    }
    await reader.close()
    try result.get()
    return try await location.open()
  }

  static func verify(_ database: any Database) async throws -> RebuildReport {
    let scratch = try await SQLiteDatabase.scratch()
    let result: Result<RebuildReport, any Error>
    do { result = .success(try await Rebuild.verify(database, scratch: scratch)) } catch {
      result = .failure(error)
    }
    await scratch.close()
    return try result.get()
  }
}

extension RebuildReport {
  /// What is printed: keys and names of columns, nothing of what the rows hold.
  func lines(isRebuilt: Bool) -> [String] {
    let read = "\(journals) journals, \(facts) facts"
    if isRebuilt { return ["\(read): the tables were made anew"] }
    var lines = (faults + erasures).map(\.description) + differences.map(\.description)
    let shown = lines.count, all = faultCount + erasureCount + differenceCount
    if shown < all { lines.append("… and \(all - shown) more") }
    let others = erasureCount > 0 ? "; \(erasureCount) journals were not compared" : ""
    lines.append(
      isClean
        ? "\(read), \(rows) rows: the tables are what the journals say\(others)"
        : "\(read), \(rows) rows: \(differenceCount) rows differ, "
          + "\(faultCount) journals cannot be replayed")
    return lines
  }
}
