import Engine
import EngineKit
import Foundation
import Testing

@testable import EnginePostgres

/// How the database is named, and what is never said of it.
@Suite struct PostgresAddressTests {
  private let secret = "tr0ub4dor"

  private func message(_ url: String) async -> String {
    do {
      let database = try await PostgresDatabase.open(url: url, lanes: 1, readers: 1)
      await database.close()
      return "nothing"
    } catch { return "\(error)" }
  }

  @Test(arguments: [
    "postgres://bureau:SECRET@/name?host=/nowhere", "postgres://bureau:SECRET@[::1/name",
    "postgres://bureau:SECRET@/name?nonsense=1", "postgres://bureau:SECRET@/name%zz",
    "postgres://bureau@/name?password=SECRET&host=/nowhere&sslmode=nonsense",
    "mysql://bureau:SECRET@host/name", "bureau:SECRET", "postgres://bureau:SECRET@h:port/name",
    "postgres://bureau:SECRET@db.example/name?sslmode=prefer",
  ])
  func `no error names the password`(url: String) async throws {
    let text = await message(url.replacingOccurrences(of: "SECRET", with: secret))
    #expect(text.hasPrefix("unavailable("), "\(text)")
    #expect(!text.contains(secret))
  }

  @Test func `the address is described without its password`() throws {
    let address = try PostgresAddress(url: "postgres://bureau:\(secret)@/name?host=/tmp")
    #expect("\(address)" == "postgres://bureau@/tmp/name")
    #expect(address.hidingPassword(in: "password \(secret) is wrong") == "password … is wrong")
  }

  @Test(arguments: [
    ("postgres://u@db.example/n?sslmode=disable", false),
    ("postgres://u@db.example/n?sslmode=prefer", false),
    ("postgres://u@/n?host=/tmp,db.example&sslmode=allow", false),
    ("postgres://u@db.example/n?sslmode=require", true),
    ("postgres://u@a.example,b.example/n?sslmode=verify-full", true),
    ("postgres://u@db.example/n", true), ("postgres://u@localhost/n?sslmode=disable", true),
    ("postgres://u@/n?host=/tmp&sslmode=disable", true),
  ])
  func `outside of this machine nothing goes without TLS`(url: String, isAllowed: Bool) throws {
    if isAllowed {
      let address = try PostgresAddress(url: url)
      if !url.contains("sslmode"), url.contains("example") {
        #expect(address.option("sslmode") == "require")
      }
    } else {
      #expect { try PostgresAddress(url: url) } throws: { "\($0)".contains("without TLS") }
    }
  }

  @Test func `a password file holds nothing but the password`() async throws {
    try await withFolder { folder in
      try Data("\(secret)\n".utf8).write(to: URL(filePath: folder + "/pass word"))
      let name = folder + "/pass%20word"
      let address = try PostgresAddress(
        url: "postgres://u@/n?host=/tmp&passwordfile=\(name)&connect_timeout=3")
      #expect(address.option("password") == secret)
      #expect(address.option("connect_timeout") == "3")
      #expect(address.option("target_session_attrs") == "read-write")
      #expect(throws: EngineError.self) {
        try PostgresAddress(url: "postgres://u@/n?passwordfile=\(folder)/nowhere")
      }
      #expect(throws: EngineError.self) {
        try PostgresAddress(url: "postgres://u:x@/n?passwordfile=\(name)")
      }
    }
  }

  @Test(.enabled(if: PostgresCluster.programs != nil, "PostgreSQL is not installed"))
  func `of several hosts the first that is there is used`() async throws {
    try await TestEngine.run(.postgres) {
      let url = try await TestEngine.current.place(Ledger.migrations).address
      #expect(
        await message(url.replacingOccurrences(of: "host=", with: "host=/nowhere,"))
          == "nothing")
    }
  }
}
