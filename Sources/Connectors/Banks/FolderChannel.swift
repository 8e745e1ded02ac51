// Bank files by folder: what a bank's file client or an SFTP mount takes and leaves.
//
//     <root>/<bureau>/<company>/<bank>/to-bank/      we write, the bank takes (into done/)
//     <root>/<bureau>/<company>/<bank>/from-bank/    the bank writes, we take (into done/)
//     <root>/<bureau>/<company>/<bank>/sent/         a copy of all that was left in to-bank: ours
//                                                    alone, to compare the database with

package import Domain
package import Foundation
import Glibc
import Primitives

package struct FolderChannel: BankChannel {
  private let root: URL

  package init(root: URL) { self.root = root }

  package func folder(of connection: BankConnection) -> URL {
    root.appending(path: connection.bureau.hex).appending(path: connection.company.hex)
      .appending(path: connection.bank)
  }

  package func deliver(_ content: [UInt8], messageID: String, to connection: BankConnection)
    throws(BankChannelError)
  {
    let out = folder(of: connection).appending(path: "to-bank")
    let name = "pain001-\(messageID).xml"
    do {
      try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
      try FileManager.default.createDirectory(
        at: folder(of: connection).appending(path: "from-bank"),
        withIntermediateDirectories: true)
      let places = [out.appending(path: name), out.appending(path: "done/\(name)")]
      // There already, or taken by the bank: a crash came between delivery and its fact. Maybe
      // before its name was on the disk, too.
      if places.contains(where: { FileManager.default.fileExists(atPath: $0.path) }) {
        return try Self.syncFolder(out)
      }
      // First: whatever the bank makes of its file, that it was sent stays known.
      let sent = folder(of: connection).appending(path: "sent")
      let copy = sent.appending(path: name)
      if !FileManager.default.fileExists(atPath: copy.path) {
        try FileManager.default.createDirectory(at: sent, withIntermediateDirectories: true)
        try Self.writeDurably(content, to: copy, by: sent.appending(path: ".\(name).part"))
      }
      try Self.writeDurably(content, to: places[0], by: out.appending(path: ".\(name).part"))
    } catch { throw BankChannelError("cannot deliver \(name): \(error)") }
  }

  package func waiting(limit: Int) throws(BankChannelError) -> [IncomingFile] {
    // One of each bureau in turn: a bureau with many files does not keep the others waiting.
    var lines = ids(in: root, of: Bureau.self).map { waiting(of: $0, limit: limit)[...] }
    var found: [IncomingFile] = []
    while found.count < limit, !lines.allSatisfy(\.isEmpty) {
      for index in lines.indices where found.count < limit {
        if let file = lines[index].popFirst() { found.append(file) }
      }
    }
    return found
  }

  private func waiting(of bureau: ID<Bureau>, limit: Int) -> [IncomingFile] {
    var found: [IncomingFile] = []
    for company in ids(in: root.appending(path: bureau.hex), of: Company.self) {
      let place = root.appending(path: bureau.hex).appending(path: company.hex)
      for bank in names(in: place) {
        let connection = BankConnection(bureau: bureau, company: company, bank: bank)
        let folder = place.appending(path: bank).appending(path: "from-bank")
        for name in names(in: folder) where name.hasSuffix(".xml") {
          found.append(IncomingFile(connection: connection, name: name))
          if found.count == limit { return found }
        }
      }
    }
    return found
  }

  package func read(_ file: IncomingFile, limit: Int) throws(BankChannelError) -> [UInt8]? {
    let url = folder(of: file.connection).appending(path: "from-bank/\(file.name)")
    return try Self.content(of: url, named: file.name, limit: limit)
  }

  /// nil: there is no such file.
  private static func content(of url: URL, named name: String, limit: Int)
    throws(BankChannelError) -> [UInt8]?
  {
    // Neither a link that leads out of the folder, nor a pipe that never ends.
    let descriptor = open(url.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw BankChannelError("cannot read \(name): \(String(cString: strerror(errno)))")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var about = stat()
    guard fstat(descriptor, &about) == 0, about.st_mode & S_IFMT == S_IFREG else {
      throw BankChannelError("\(name) is no plain file; take it out of the folder")
    }
    guard Int(about.st_size) <= limit else { throw BankChannelError.tooLarge(name, limit) }
    do {
      // It may have grown meanwhile.
      let content = try handle.read(upToCount: limit + 1) ?? Data()
      guard content.count <= limit else { throw BankChannelError.tooLarge(name, limit) }
      return Array(content)
    } catch let error as BankChannelError {
      throw error
    } catch { throw BankChannelError("cannot read \(name): \(error)") }
  }

  package func finish(_ file: IncomingFile) throws(BankChannelError) {
    let folder = folder(of: file.connection).appending(path: "from-bank")
    do {
      let done = folder.appending(path: "done")
      try FileManager.default.createDirectory(at: done, withIntermediateDirectories: true)
      var target = done.appending(path: file.name)
      var number = 1
      while FileManager.default.fileExists(atPath: target.path) {
        number += 1
        target = done.appending(path: "\(number)-\(file.name)")
      }
      let source = folder.appending(path: file.name)
      // Two servers may come to this at once; the name in `done` tells nothing but the order.
      guard rename(source.path, target.path) == 0 || errno == ENOENT else {
        throw BankChannelError(String(cString: strerror(errno)))
      }
    } catch { throw BankChannelError("cannot put \(file.name) aside: \(error)") }
  }

  // MARK: What outlives the database

  package func connections() throws(BankChannelError) -> [BankConnection] {
    var found: [BankConnection] = []
    for bureau in try listing(root).compactMap({ ID<Bureau>(hex: $0) }) {
      let place = root.appending(path: bureau.hex)
      for company in try listing(place).compactMap({ ID<Company>(hex: $0) }) {
        for bank in try listing(place.appending(path: company.hex)) {
          found.append(BankConnection(bureau: bureau, company: company, bank: bank))
        }
      }
    }
    return found
  }

  package func sent(to connection: BankConnection) throws(BankChannelError) -> [String] {
    var found: Set<String> = []
    for place in Self.outgoing {
      for name in try listing(folder(of: connection).appending(path: place)) {
        guard name.hasPrefix("pain001-") else { continue }
        // The bank may have given a second one of the name another ending.
        let id = name.dropFirst(8).prefix(32)
        if ID<Transfer>(hex: String(id)) != nil { found.insert(String(id)) }
      }
    }
    return found.sorted()
  }

  package func sentFile(_ messageID: String, to connection: BankConnection, limit: Int)
    throws(BankChannelError) -> [UInt8]?
  {
    for place in Self.outgoing {
      let url = folder(of: connection).appending(path: "\(place)/pain001-\(messageID).xml")
      if let content = try Self.content(of: url, named: url.lastPathComponent, limit: limit) {
        return content
      }
    }
    return nil
  }

  package func finished(from connection: BankConnection) throws(BankChannelError) -> [IncomingFile]
  {
    try listing(folder(of: connection).appending(path: "from-bank/done"))
      .filter { $0.hasSuffix(".xml") }
      .map { IncomingFile(connection: connection, name: "done/\($0)") }
  }

  /// A hidden file is written where the bank's files go and taken away again: so the folder is
  /// there and can be used. What the bank itself says of the connection stands in `connection.json`.
  package func check(_ connection: BankConnection) async -> ConnectionFinding {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { return .failed(.gatewayMissing, "the folder for bank files is not there") }
    let out = folder(of: connection).appending(path: "to-bank")
    let probe = out.appending(path: ".check-\(UUID().uuidString).part")
    do {
      try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
      try FileManager.default.createDirectory(
        at: folder(of: connection).appending(path: "from-bank"),
        withIntermediateDirectories: true)
      try Data("check".utf8).write(to: probe)
      try FileManager.default.removeItem(at: probe)
    } catch {
      return .failed(.communication, "the connection's folders cannot be written")
    }
    return BankWord.read(in: folder(of: connection))
  }

  private static let outgoing = ["sent", "to-bank", "to-bank/done"]

  /// The names in a folder; a folder that is not there has none, one that can't be read is told.
  private func listing(_ folder: URL) throws(BankChannelError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { !$0.hasPrefix(".") && $0 != "done" }.sorted()
    } catch let error as CocoaError
      where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile
    {
      return []
    } catch {
      // A plain file among the folders is none of ours.
      var about = stat()
      if stat(folder.path, &about) == 0, about.st_mode & S_IFMT != S_IFDIR { return [] }
      throw BankChannelError("cannot look into \(folder.lastPathComponent): \(error)")
    }
  }

  private func ids<Of>(in folder: URL, of _: Of.Type) -> [ID<Of>] {
    names(in: folder).compactMap { ID<Of>(hex: $0) }
  }

  private func names(in folder: URL) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { !$0.hasPrefix(".") && $0 != "done" }.sorted()
  }

  /// Whole or not at all, and on the disk before it is seen.
  private static func writeDurably(_ content: [UInt8], to target: URL, by part: URL) throws {
    try Data(content).write(to: part)
    let handle = try FileHandle(forUpdating: part)
    try handle.synchronize()
    try handle.close()
    guard rename(part.path, target.path) == 0 else {
      throw BankChannelError("rename failed: \(String(cString: strerror(errno)))")
    }
    try syncFolder(target.deletingLastPathComponent())
  }

  /// A file that is recorded as delivered must outlive a power cut by its name, too.
  private static func syncFolder(_ folder: URL) throws {
    let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, fsync(descriptor) == 0 else {
      throw BankChannelError("\(folder.path): \(String(cString: strerror(errno)))")
    }
  }
}

extension BankChannelError {
  fileprivate static func tooLarge(_ name: String, _ limit: Int) -> BankChannelError {
    BankChannelError("\(name) has more than \(limit) bytes; take it out of the folder")
  }
}
