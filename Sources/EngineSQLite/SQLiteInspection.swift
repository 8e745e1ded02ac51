// A look at a database file and its log (-wal) before SQLite touches them.
//
// SQLite takes a log with a damaged byte for one that ends there: what was committed after it would
// be gone without a word. And where the file itself is missing, it deletes the log. So both are
// looked at first, by the formats' own description (https://www.sqlite.org/fileformat2.html), and
// nothing is altered where they can't be right.

import Engine

#if canImport(Glibc)
  import Glibc
#endif

enum SQLiteInspection {
  private static let magic = Array("SQLite format 3\0".utf8)
  private static let remedy = "put the undamaged file back, or restore a backup"

  /// Refuses files that a crash or a power cut can't have left.
  static func inspect(_ path: String) throws(EngineError) {
    let size = try size(of: path)
    let logSize = try Self.size(of: path + "-wal")
    guard size > 0 else {
      guard logSize <= LogReader.headerSize else {
        throw .unavailable("\(path) is empty or missing, but its log \(path)-wal is not: \(remedy)")
      }
      return
    }
    let header = try File(path).read(100, at: 0)
    guard header.starts(with: magic) else {
      throw .unavailable("\(path) is no SQLite database: another kind of file, or encrypted")
    }
    guard header.count == 100 else {
      throw .unavailable("\(path) is cut off in its header: \(remedy)")
    }
    let stored = Int(header[16]) << 8 | Int(header[17])
    let pageSize = stored == 1 ? 65_536 : stored
    guard pageSize >= 512, pageSize.nonzeroBitCount == 1, (1...2).contains(header[18]),
      (1...2).contains(header[19]), header[21...23].elementsEqual([64, 32, 32])
    else { throw .unavailable("\(path) is damaged in its header: \(remedy)") }
    let log = logSize == 0 ? LogReader() : try LogReader(path + "-wal", size: logSize)
    if let damage = log.damage {
      throw .unavailable("the log \(path)-wal is damaged at byte \(damage): \(remedy)")
    }
    // The count of pages is valid if the two counters of changes agree.
    guard header[24...27].elementsEqual(header[92...95]) else { return }
    let pages = log.pageCount ?? header.bigEndian(at: 28)
    let whole = UInt32(clamping: size / pageSize)
    let isWhole =
      log.pageCount == nil
      ? pages == whole && size % pageSize == 0
      : whole >= pages || (whole + 1...pages).allSatisfy(log.pages.contains)
    guard isWhole else {
      throw .unavailable(
        "\(path) is cut off or damaged: it has \(whole) of \(pages) pages; \(remedy)")
    }
  }

  /// Whether there is a log with anything in it.
  static func hasLog(_ path: String) -> Bool { (try? size(of: path + "-wal")) ?? 0 > 0 }

  /// 0 where there is no such file.
  private static func size(of path: String) throws(EngineError) -> Int {
    var about = stat()
    if stat(path, &about) == 0 { return Int(about.st_size) }
    guard errno == ENOENT else { throw .file(path, errno) }
    return 0
  }
}

/// A file that is only read.
private struct File: ~Copyable {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(EngineError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path, errno) }
  }

  deinit { close(descriptor) }

  /// Up to `count` bytes; fewer only at the end.
  func read(_ count: Int, at offset: Int) throws(EngineError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = pread(descriptor, base + filled, count - filled, off_t(offset + filled))
        if got < 0, errno == EINTR { continue }
        failed = got < 0
        guard got > 0 else { return }
        filled += got
      }
    }
    guard !failed else { throw .file(path, errno) }
    return bytes
  }
}

/// What a log holds, as SQLite's recovery will see it, and whether something stands behind its end
/// that only damage can have cut off.
private struct LogReader {
  static let headerSize = 32
  private static let frameHeader = 24

  /// The pages of all committed frames.
  private(set) var pages: Set<UInt32> = []
  /// How many pages the database has after the last commit; nil if there is none.
  private(set) var pageCount: UInt32?
  /// Where it is damaged, in bytes.
  private(set) var damage: Int?

  init() {}

  init(_ path: String, size: Int) throws(EngineError) {
    let file = try File(path)
    let header = try file.read(Self.headerSize, at: 0)
    // A header that is not whole was never synced, and no frame is written before it is.
    guard header.count == Self.headerSize, size >= Self.headerSize + Self.frameHeader else {
      return
    }
    let magic = header.bigEndian(at: 0)
    let isBig = magic & 1 == 1
    var sum = Checksum()
    sum.add(header[0..<24], isBig: isBig)
    let pageSize = Int(header.bigEndian(at: 8))
    guard magic & ~1 == 0x377F_0682, sum == Checksum(header, at: 24), pageSize >= 512,
      pageSize <= 65_536, pageSize.nonzeroBitCount == 1
    else {
      damage = 0
      return
    }
    let salts = header[16..<24]
    var pending: [UInt32] = []
    var commitsBehind = 0
    var end: Int?
    var offset = Self.headerSize
    while offset + Self.frameHeader + pageSize <= size {
      let frame = try file.read(Self.frameHeader + pageSize, at: offset)
      guard frame.count == Self.frameHeader + pageSize else { break }
      sum.add(frame[0..<8], isBig: isBig)
      sum.add(frame[Self.frameHeader...], isBig: isBig)
      let stored = Checksum(frame, at: 16)
      let isValid =
        frame[8..<16].elementsEqual(salts) && sum == stored && frame.bigEndian(at: 0) > 0
      let committedPages = frame.bigEndian(at: 4)
      if end != nil {
        // Behind the end each frame is judged by the one before it, as that one says of itself.
        if isValid, committedPages > 0 { commitsBehind += 1 }
        sum = stored
      } else if isValid {
        pending.append(frame.bigEndian(at: 0))
        if committedPages > 0 {
          pageCount = committedPages
          pages.formUnion(pending)
          pending = []
        }
      } else {
        end = offset
        sum = stored
      }
      offset += Self.frameHeader + pageSize
    }
    // One commit behind the end is what a power cut leaves of a commit that was being written. The
    // next one is begun only when that one is synced: two mean that the disk has lost something.
    if commitsBehind > 1 { damage = end }
  }
}

/// The log's checksum: two sums over pairs of 32-bit words.
private struct Checksum: Equatable {
  private var one: UInt32 = 0
  private var two: UInt32 = 0

  init() {}

  init(_ bytes: [UInt8], at offset: Int) {
    one = bytes.bigEndian(at: offset)
    two = bytes.bigEndian(at: offset + 4)
  }

  mutating func add(_ bytes: ArraySlice<UInt8>, isBig: Bool) {
    bytes.withUnsafeBytes { raw in
      for index in stride(from: 0, to: raw.count & ~7, by: 8) {
        let first = raw.loadUnaligned(fromByteOffset: index, as: UInt32.self)
        let second = raw.loadUnaligned(fromByteOffset: index + 4, as: UInt32.self)
        one &+= (isBig ? UInt32(bigEndian: first) : UInt32(littleEndian: first)) &+ two
        two &+= (isBig ? UInt32(bigEndian: second) : UInt32(littleEndian: second)) &+ one
      }
    }
  }
}

extension [UInt8] {
  fileprivate func bigEndian(at offset: Int) -> UInt32 {
    self[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
