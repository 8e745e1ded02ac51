// Documents are held against the tree: a link that leads nowhere is a broken promise.

import Foundation
import Testing

struct DocumentTests {
  private static var documents: [SourceFile] {
    SourceTree.current.files.filter { $0.path.hasSuffix(".md") }
  }

  /// The text without code blocks, line for line.
  private static func prose(_ file: SourceFile) -> SourceFile {
    var isCode = false
    let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.hasPrefix("```") {
        isCode.toggle()
        return ""
      }
      return isCode ? "" : String(line)
    }
    return SourceFile(path: file.path, text: lines.joined(separator: "\n"))
  }

  private static func anchors(of file: SourceFile) -> Set<String> {
    Set(
      file.text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { heading in
        heading.drop { $0 == "#" || $0 == " " }.lowercased()
          .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
          .replacingOccurrences(of: " ", with: "-")
      })
  }

  /// `path` as `file` means it, from the root; nil where it leaves the repository.
  private static func resolve(_ path: String, from file: SourceFile) -> String? {
    var parts = file.path.split(separator: "/").dropLast().map(String.init)
    for part in path.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(String(part))
      } else if parts.popLast() == nil {
        return nil
      }
    }
    return parts.joined(separator: "/")
  }

  @Test func `links in documents lead somewhere`() throws {
    var findings: [Finding] = []
    for file in Self.documents {
      for match in try Self.prose(file).matches(of: #"\]\(([^)\s]+)\)"#, in: \.text) {
        guard let link = match.group, !link.contains("://"), !link.hasPrefix("mailto:") else {
          continue
        }
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].isEmpty ? file.path : Self.resolve(String(parts[0]), from: file)
        var isThere = path.map(SourceTree.current.has) ?? false
        if isThere, parts.count == 2, let path, let target = SourceTree.current.file(path) {
          isThere = Self.anchors(of: target).contains(String(parts[1]))
        }
        // What a run leaves behind is not there before it.
        if !isThere, path != ".demo" {
          findings.append(
            Finding(
              path: file.path, line: match.line, what: "\(link) is not there",
              remedy: "mend the link"))
        }
      }
    }
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `paths that documents name exist`() throws {
    var findings: [Finding] = []
    let pattern = #"`((?:Sources|Tests|Clients|Protos|deploy|\.ci)/[\w./-]*)`"#
    for file in Self.documents where !file.path.contains("CHANGELOG") {
      for match in try Self.prose(file).matches(of: pattern, in: \.text) {
        guard let path = match.group, !SourceTree.current.has(path) else { continue }
        findings.append(
          Finding(
            path: file.path, line: match.line, what: "\(path) is not there",
            remedy: "say where it is now"))
      }
    }
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test(arguments: [
    "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "DECISIONS.md", "ERRORS.md", "CHANGELOG.md",
    "LICENSE", "Clients/cli/README.md", "Clients/demo/README.md",
  ])
  func `the document is there and says something`(path: String) throws {
    let file = try #require(SourceTree.current.file(path), "\(path) is missing")
    #expect(file.lineCount > 3)
  }
}
