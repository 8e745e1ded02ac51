internal import Foundation

/// An append-only file of JSON objects, one on each line; a line is on disk before `append` returns.
struct JSONLines<Line: Codable & Sendable>: Sendable {
  let url: URL

  /// All lines. A last line cut off by a crash is dropped, from the file too.
  func load() throws -> [Line] {
    guard FileManager.default.fileExists(atPath: url.path) else { return [] }
    let data = try Data(contentsOf: url)
    let whole = data.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    if whole < data.count {
      let handle = try FileHandle(forWritingTo: url)
      defer { try? handle.close() }
      try handle.truncate(atOffset: UInt64(whole))
      try handle.synchronize()
    }
    let decoder = JSONDecoder()
    return try data[..<whole].split(separator: 0x0A).map {
      try decoder.decode(Line.self, from: Data($0))
    }
  }

  func append(_ lines: [Line]) throws {
    if lines.isEmpty { return }
    var data = Data()
    for line in lines {
      data.append(try JSONText.encode(line))
      data.append(0x0A)
    }
    if !FileManager.default.fileExists(atPath: url.path) {
      guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
        throw CocoaError(.fileWriteUnknown)
      }
    }
    let handle = try FileHandle(forWritingTo: url)
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: data)
    try handle.synchronize()
  }
}

enum JSONText {
  /// One line of JSON, its keys in order.
  static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }
}
