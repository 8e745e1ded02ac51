import BureauAPI
import Domain
import Engine
import EngineKit
import GRPCCore
import Primitives
import Server
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// What is kept of a token.
@Suite(.everyEngine) struct TokenSecretTests {
  @Test func `of a token the database holds the digest, and nowhere the secret (U-11)`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator, service = try await bureau.serviceUser("ERP")
      let end = bureau.world.clock.now.adding(days: 30).microseconds / 1_000_000
      let made = try await robin.calls { connection, metadata in
        try await connection.tenancy.createToken(
          .with {
            $0.parent = service.name
            $0.token.expireTime.seconds = end
            $0.token.verbs = ["read"]
            $0.requestID = robin.newRequestID()
          }, metadata: metadata)
      }
      _ = try await Connection(client: bureau.world.client).payments.listPayments(
        .with { $0.parent = try bureau.company.name },
        metadata: ["authorization": "Bearer \(made.secret)"])
      let id = bureau.id
      let rows = try await bureau.world.database.read(as: .bureau(TenantKey(id))) { tx in
        var rows: [String] = []
        for table in Schema.classes.keys {
          let columns = try tx.layout(of: table).columns
          let names = columns.map(\.name).joined(separator: ", ")
          try tx.query(SQL(verbatim: "SELECT \(names) FROM \(table)")) { row in
            for (index, column) in columns.enumerated() {
              rows.append("\(table).\(column.name) \(try row.value(index, of: column.type))")
            }
          }
        }
        return rows
      }
      func holding(_ bytes: [UInt8]) -> [String] {
        let list = "\(bytes)".dropFirst().dropLast()
        return rows.filter { $0.contains(list) }.map { String($0.prefix { $0 != " " }) }
      }
      let digest = Access.hash(made.secret)
      #expect(
        Set(holding(digest)).isSuperset(of: [
          "credential.hash", "token_scope.hash", "token_use.hash",
        ])
      )
      #expect(holding(Array(made.secret.utf8)).isEmpty)
      #expect(rows.allSatisfy { !$0.contains(made.secret) })
    }
  }
}
