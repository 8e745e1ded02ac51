// The files of this repository as the house rules see them: what git would track, as text.

import Foundation

/// One text file.
struct SourceFile: Sendable {
  /// From the root, with slashes: `Sources/Engine/SQL.swift`.
  let path: String
  let text: String
  /// Swift code alone: comments and the contents of strings and of names in backticks are blank,
  /// byte for byte, so that a place here is a place in `text`. Empty for other languages.
  let code: String
  /// The bytes at which lines begin.
  private let lineStarts: [Int]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    code = path.hasSuffix(".swift") ? SwiftText.code(of: text) : ""
    lineStarts = [0] + text.utf8.enumerated().filter { $0.element == 10 }.map { $0.offset + 1 }
  }

  var isSwift: Bool { path.hasSuffix(".swift") }
  var isGenerated: Bool { path.hasSuffix(".pb.swift") || path.hasSuffix(".grpc.swift") }
  var lineCount: Int { lineStarts.count - (text.hasSuffix("\n") ? 1 : 0) }

  /// The number of the line that holds the byte, from 1.
  func line(ofByte byte: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= byte { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// Where the pattern matches, with what it matched and its first group, if it has one.
  func matches(of pattern: String, in view: KeyPath<SourceFile, String>)
    throws -> [(line: Int, text: String, group: String?)]
  {
    let text = self[keyPath: view]
    let expression = try NSRegularExpression(pattern: pattern, options: [.anchorsMatchLines])
    let whole = NSRange(text.startIndex..<text.endIndex, in: text)
    return expression.matches(in: text, range: whole).compactMap { match in
      guard let range = Range(match.range, in: text) else { return nil }
      let byte = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
      let group =
        match.numberOfRanges > 1
        ? Range(match.range(at: 1), in: text).map { String(text[$0]) } : nil
      return (line(ofByte: byte), String(text[range]), group)
    }
  }
}

/// Every text file of the repository.
struct SourceTree: Sendable {
  let root: URL
  let files: [SourceFile]

  static let current = SourceTree(
    root: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent())

  /// What git does not track (.gitignore), besides git itself.
  private static let untracked: Set<String> = [
    ".git", ".demo", ".sandbox", "Package.resolved", "bench.json", ".swiftpm", ".DS_Store",
  ]

  init(root: URL) {
    self.root = root
    var files: [SourceFile] = []
    var folders = [""]
    while let folder = folders.popLast() {
      let names =
        (try? FileManager.default.contentsOfDirectory(atPath: root.path + "/" + folder)) ?? []
      for name in names.sorted()
      where !Self.untracked.contains(name) && !name.hasPrefix(".build") {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        let url = root.appending(path: path)
        if (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true {
          folders.append(path)
        } else if let data = try? Data(contentsOf: url), !data.contains(0),
          let text = String(data: data, encoding: .utf8)
        {
          files.append(SourceFile(path: path, text: text))
        }
      }
    }
    self.files = files.sorted { $0.path < $1.path }
  }

  /// Whether there is such a file or folder.
  func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.path + "/" + path)
  }

  func file(_ path: String) -> SourceFile? { files.first { $0.path == path } }

  /// Swift that people write.
  var written: [SourceFile] { files.filter { $0.isSwift && !$0.isGenerated } }
}

/// A house rule is broken somewhere.
struct Finding: CustomStringConvertible {
  let path: String
  let line: Int
  let what: String
  let remedy: String

  var description: String { "\(path):\(line): \(what): \(remedy)" }
}

extension [Finding] {
  /// All of them, a line each; the comment of a failed expectation.
  var report: String { "\n" + map { "  \($0)" }.joined(separator: "\n") }
}
