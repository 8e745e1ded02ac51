// Where everything is kept, and the one place that chooses the engine.

package import Engine
import EnginePostgres
import EngineSQLite
package import Foundation

/// The database that the configuration names.
package enum DatabaseLocation: Sendable {
  /// A file.
  case sqlite(URL)
  /// A URL as libpq knows it; it may hold a password, so it is never shown.
  case postgres(url: String, writers: Int, readers: Int)

  /// Whether the text names PostgreSQL.
  static func isPostgres(_ text: String) -> Bool {
    text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
  }

  /// What is wrong with a URL, without its password; nil if nothing is.
  static func fault(ofPostgres url: String) -> String? {
    do throws(EngineError) {
      _ = try PostgresAddress(url: url)
      return nil
    } catch { return error.text }
  }

  /// Whether the URL itself holds a password.
  static func holdsPassword(_ url: String) -> Bool {
    url.contains(/:\/\/[^\/@]*:[^@]+@/) || url.contains(/[?&]password=/)
  }

  /// Opens it to serve; a SQLite file is held alone.
  package func open() async throws -> any Database {
    switch self {
    case .sqlite(let file): try await SQLiteDatabase.open(path: file.path)
    case .postgres(let url, let writers, let readers):
      try await PostgresDatabase.open(url: url, lanes: writers, readers: readers)
    }
  }

  /// Opens it to read, beside whatever server is at work.
  package func reading() async throws -> any Database {
    switch self {
    case .sqlite(let file): try await SQLiteDatabase.reading(path: file.path)
    case .postgres(let url, _, _):
      try await PostgresDatabase.open(url: url, lanes: 1, readers: 2)
    }
  }
}

/// Why a database can't be used, in the engine's words for people.
package struct DatabaseFault: Error, CustomStringConvertible {
  package let description: String

  package init(_ error: any Error) {
    description = "the database cannot be used: \((error as? EngineError)?.text ?? "\(error)")"
  }
}
