// How each fault makes evidence bad: before signing, in what is signed, or in the signed text.

import Foundation

extension EvidenceFault {
  /// Changes what the person is made to sign.
  func change(_ content: inout SigningContent) {
    switch self {
    case .otherText: content.visibleData = Array(Self.evilText.utf8)
    case .otherData: content.nonVisibleData = Array("another digest".utf8)
    case .otherFunction:
      content.function = content.function == .signing ? .identification : .signing
    default: break
    }
  }

  /// Changes what is covered by the signature.
  func change(_ writer: inout EvidenceWriter) throws {
    switch self {
    case .sha1: writer.isSHA1 = true
    case .missingReference: writer.references = [writer.keyReference]
    case .fileReference:
      writer.references.append(
        .init(attributes: "URI=\"file:///etc/hostname\"", content: Array("x".utf8)))
    default: break
    }
  }

  /// Changes the finished document, in which `data` is the signed element.
  func change(_ document: inout String, data: String) {
    switch self {
    case .changedText:
      replaceText(in: &document) { text in
        var changed = Array(text)
        if changed.count > 10 { changed[10] = changed[10] == "A" ? "B" : "A" }
        return String(changed)
      }
    case .comment:
      replaceText(in: &document) { $0.prefix(8) + "<!--x-->" + $0.dropFirst(8) }
    case .duplicateBefore:
      document = document.replacing("<Object>", with: "<Object>\(evil(data))</Object><Object>")
    case .duplicateAfter:
      document = document.replacing("</Object>", with: "</Object><Object>\(evil(data))</Object>")
    case .otherIdBefore:
      let other = evil(data).replacing("Id=\"bidSignedData\"", with: "Id=\"x\"")
      document = document.replacing("<Object>", with: "<Object>\(other)</Object><Object>")
    case .noIdInside:
      let other = evil(data).replacing(" Id=\"bidSignedData\"", with: "")
      document = document.replacing(data, with: "\(other)<x xmlns=\"\">\(data)</x>")
    case .wrapped:
      document = document.replacing("<Signature ", with: "<doc>\(evil(data))<Signature ")
      document += "</doc>"
    case .doctype:
      document = document.replacing(
        "<Signature ", with: "<!DOCTYPE Signature [<!ENTITY a \"b\">]><Signature ")
    default: break
    }
  }

  private static let evilText = "Betala 9 999 999,00 SEK till Skurk AB"

  private func evil(_ data: String) -> String {
    var changed = data
    replaceText(in: &changed) { _ in Data(Self.evilText.utf8).base64EncodedString() }
    return changed
  }

  /// Replaces the base64 text that the user reads, or the display name where there is none.
  private func replaceText(in document: inout String, _ change: (Substring) -> String) {
    guard
      let tag = document.firstRange(of: "<usrVisibleData")
        ?? document.firstRange(of: "<displayName"),
      let start = document[tag.upperBound...].firstIndex(of: ">").map(document.index(after:)),
      let end = document[start...].firstIndex(of: "<")
    else { return }
    document.replaceSubrange(start..<end, with: change(document[start..<end]))
  }
}
