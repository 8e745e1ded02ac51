import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension ConsentGiven {
  var message: Bureau_Facts_V1_ConsentGiven {
    .with {
      $0.consent = consent.id.data
      $0.user = consent.user.data
      $0.bank = consent.bank
      $0.createTimeUs = consent.createTime.microseconds
      $0.expireTimeUs = consent.expireTime.microseconds
      $0.evidenceDigest = Data(evidenceDigest)
      $0.accounts = consent.accounts
      $0.rights = consent.rights.map(\.rawValue).sorted()
    }
  }

  init(_ m: Bureau_Facts_V1_ConsentGiven) throws {
    var consent = Consent(
      id: try m.consent.id(), user: try m.user.id(), bank: m.bank,
      createTime: m.createTimeUs.instant, expireTime: m.expireTimeUs.instant, revokeTime: nil)
    consent.accounts = m.accounts
    consent.rights = Set(try m.rights.map { try $0.named() })
    self.init(consent: consent, evidenceDigest: Array(m.evidenceDigest))
  }
}

extension ConsentRevoked {
  var message: Bureau_Facts_V1_ConsentRevoked {
    .with {
      $0.consent = consent.data
      $0.revokeTimeUs = revokeTime.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_ConsentRevoked) throws {
    self.init(consent: try m.consent.id(), revokeTime: m.revokeTimeUs.instant)
  }
}

extension ConsentInvited {
  var message: Bureau_Facts_V1_ConsentInvited {
    .with {
      $0.invitation = invitation.id.data
      $0.user = invitation.user.data
      $0.bank = invitation.bank
      $0.linkHash = Data(invitation.linkHash)
      $0.createTimeUs = invitation.createTime.microseconds
      $0.expireTimeUs = invitation.expireTime.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_ConsentInvited) throws {
    self.init(
      invitation: ConsentInvitation(
        id: try m.invitation.id(), user: try m.user.id(), bank: m.bank,
        linkHash: Array(m.linkHash), createTime: m.createTimeUs.instant,
        expireTime: m.expireTimeUs.instant))
  }
}

extension ConsentDeclined {
  var message: Bureau_Facts_V1_ConsentDeclined {
    .with {
      $0.invitation = invitation.data
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_ConsentDeclined) throws {
    self.init(invitation: try m.invitation.id(), reason: m.reason)
  }
}
