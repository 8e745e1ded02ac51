import Connectors
import Domain
import Foundation
import Glibc
import Primitives
import Testing

/// Bank folders as somebody hostile, or a clumsy file client, may leave them.
@Suite struct FolderChannelTests {
  private func withFolder(_ body: (FolderChannel, BankConnection, URL) throws -> Void) throws {
    let root = FileManager.default.temporaryDirectory
      .appending(path: "bureau-folder-\(UUID().uuidString)")
    let bureau = try #require(ID<Bureau>(hex: String(repeating: "a", count: 32)))
    let company = try #require(ID<Company>(hex: String(repeating: "b", count: 32)))
    let connection = BankConnection(bureau: bureau, company: company, bank: "dnb")
    let channel = FolderChannel(root: root)
    let inbox = channel.folder(of: connection).appending(path: "from-bank")
    try FileManager.default.createDirectory(at: inbox, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    try body(channel, connection, inbox)
  }

  @Test func `a file is read whole and put aside`() throws {
    try withFolder { channel, connection, inbox in
      try Data("<a/>".utf8).write(to: inbox.appending(path: "1.xml"))
      let file = try #require(try channel.waiting(limit: 10).first)
      #expect(file == IncomingFile(connection: connection, name: "1.xml"))
      #expect(try channel.read(file, limit: 4) == Array("<a/>".utf8))
      try channel.finish(file)
      #expect(try channel.waiting(limit: 10).isEmpty)
    }
  }

  @Test func `T a bureau with many files does not keep another's waiting`() throws {
    try withFolder { channel, connection, inbox in
      let other = BankConnection(
        bureau: try #require(ID(hex: String(repeating: "c", count: 32))),
        company: connection.company, bank: "dnb")
      let second = channel.folder(of: other).appending(path: "from-bank")
      try FileManager.default.createDirectory(at: second, withIntermediateDirectories: true)
      for number in 1...6 {
        try Data("<a/>".utf8).write(to: inbox.appending(path: "\(number).xml"))
      }
      for number in 1...2 {
        try Data("<a/>".utf8).write(to: second.appending(path: "\(number).xml"))
      }
      let found = try channel.waiting(limit: 5).map(\.connection)
      #expect(found == [connection, other, connection, other, connection])
      #expect(try channel.waiting(limit: 100).count == 8)
    }
  }

  @Test func `a file above the limit is refused before it is read`() throws {
    try withFolder { channel, connection, inbox in
      let name = "big.xml"
      try Data().write(to: inbox.appending(path: name))
      // A hole: as large as it says, but without a byte on the disk.
      #expect(truncate(inbox.appending(path: name).path, 1 << 40) == 0)
      #expect(
        throws: BankChannelError("big.xml has more than 1000 bytes; take it out of the folder")
      ) { try channel.read(IncomingFile(connection: connection, name: name), limit: 1000) }
    }
  }

  @Test func `a link, a pipe and a folder are refused, and nobody waits for them`() throws {
    try withFolder { channel, connection, inbox in
      let secret = inbox.appending(path: "../secret")
      try Data("<secret/>".utf8).write(to: secret)
      try FileManager.default.createSymbolicLink(
        at: inbox.appending(path: "link.xml"), withDestinationURL: secret)
      #expect(mkfifo(inbox.appending(path: "pipe.xml").path, 0o600) == 0)
      try FileManager.default.createDirectory(
        at: inbox.appending(path: "folder.xml"), withIntermediateDirectories: true)
      for name in ["link.xml", "pipe.xml", "folder.xml"] {
        #expect(throws: BankChannelError.self, "\(name)") {
          try channel.read(IncomingFile(connection: connection, name: name), limit: 1000)
        }
      }
    }
  }
}
