// The way to the banks as one server of a simulation sees it: the real folders, with a fuse on the
// way, and with whatever a planted bug does to what travels.

import Connectors
import Domain
import Synchronization

/// A delivery that a slow server has not yet made.
struct StalledDelivery: Sendable {
  var content: [UInt8]
  var messageID: String
  var connection: BankConnection
}

/// What a planted bug does to files; see `Plant`.
struct ChannelBug: Sendable {
  var leaving: @Sendable ([UInt8]) -> [UInt8] = { $0 }
  /// Whose answer a file is taken for.
  var reader: @Sendable (IncomingFile, [UInt8]) -> BankConnection = { file, _ in file.connection }
}

final class WatchedChannel: BankChannel {
  private let base: FolderChannel
  private let fuse: Fuse
  private let bug: ChannelBug?
  private let stalls = Mutex(false)
  private let stalled = Mutex<[StalledDelivery]>([])
  /// Files that a bug has given to somebody else, by whom they were really for.
  private let misread = Mutex<[IncomingFile: IncomingFile]>([:])

  init(_ base: FolderChannel, _ fuse: Fuse, _ bug: ChannelBug?) {
    self.base = base
    self.fuse = fuse
    self.bug = bug
  }

  /// The next delivery does not leave before somebody takes it out of here.
  func stall() { stalls.withLock { $0 = true } }

  func takeStalled() -> [StalledDelivery] {
    stalled.withLock { all in
      defer { all = [] }
      return all
    }
  }

  private func pass() throws(BankChannelError) {
    do { try fuse.pass() } catch { throw BankChannelError(Fuse.word) }
  }

  func deliver(_ content: [UInt8], messageID: String, to connection: BankConnection)
    throws(BankChannelError)
  {
    let content = bug?.leaving(content) ?? content
    let isStalled = stalls.withLock { stalls in
      defer { stalls = false }
      return stalls
    }
    if isStalled {
      stalled.withLock {
        $0.append(
          StalledDelivery(content: content, messageID: messageID, connection: connection))
      }
      throw BankChannelError(Fuse.word)
    }
    try pass()
    try base.deliver(content, messageID: messageID, to: connection)
    try pass()
  }

  func waiting(limit: Int) throws(BankChannelError) -> [IncomingFile] {
    try pass()
    let files = try base.waiting(limit: limit)
    guard let bug else { return files }
    return try files.map { file throws(BankChannelError) in
      let content = try base.read(file, limit: 1 << 20) ?? []
      let taken = IncomingFile(connection: bug.reader(file, content), name: file.name)
      if taken != file { misread.withLock { $0[taken] = file } }
      return taken
    }
  }

  private func real(_ file: IncomingFile) -> IncomingFile {
    misread.withLock { $0[file] } ?? file
  }

  func read(_ file: IncomingFile, limit: Int) throws(BankChannelError) -> [UInt8]? {
    try pass()
    return try base.read(real(file), limit: limit)
  }
  func finish(_ file: IncomingFile) throws(BankChannelError) {
    try pass()
    try base.finish(real(file))
    misread.withLock { $0[file] = nil }
    try pass()
  }
  func connections() throws(BankChannelError) -> [BankConnection] { try base.connections() }
  func sent(to connection: BankConnection) throws(BankChannelError) -> [String] {
    try base.sent(to: connection)
  }
  func sentFile(_ messageID: String, to connection: BankConnection, limit: Int)
    throws(BankChannelError) -> [UInt8]?
  { try base.sentFile(messageID, to: connection, limit: limit) }
  func finished(from connection: BankConnection) throws(BankChannelError) -> [IncomingFile] {
    try base.finished(from: connection)
  }
  func check(_ connection: BankConnection) async -> ConnectionFinding {
    await base.check(connection)
  }
}
