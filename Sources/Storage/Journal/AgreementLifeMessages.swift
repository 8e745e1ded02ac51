// The facts of an agreement's life between draft and end.

import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension Declarations {
  var message: Bureau_Facts_V1_Declarations {
    .with {
      $0.politicallyExposed = politicallyExposed
      $0.countries = countries.map(\.code)
      $0.financing = financing.map(\.rawValue).sorted()
      $0.industry = industry
      $0.persons = persons.map { person in
        .with {
          $0.role = person.role.rawValue
          $0.displayName = person.displayName
        }
      }
    }
  }

  init(_ m: Bureau_Facts_V1_Declarations) throws {
    self.init(
      politicallyExposed: m.politicallyExposed,
      countries: try m.countries.map { try CountryCode($0) },
      financing: Set(try m.financing.map { try $0.named() }), industry: m.industry,
      persons: try m.persons.map {
        LinkedPerson(role: try $0.role.named(), displayName: $0.displayName)
      })
  }
}

extension AgreementChanged {
  var message: Bureau_Facts_V1_AgreementChanged {
    .with {
      $0.agreement = agreement.data
      $0.signerName = signer.displayName
      $0.signerMobile = signer.mobile
      $0.signerEmail = signer.email
      $0.signerDigest = Data(signer.nationalIDDigest.bytes)
      $0.declarations = declarations.message
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementChanged) throws {
    self.init(
      agreement: try m.agreement.id(),
      signer: Signer(
        displayName: m.signerName, mobile: m.signerMobile, email: m.signerEmail,
        nationalIDDigest: NationalIDDigest(bytes: Array(m.signerDigest))),
      declarations: try Declarations(m.declarations))
  }
}

extension AgreementDeclined {
  var message: Bureau_Facts_V1_AgreementDeclined {
    .with {
      $0.agreement = agreement.data
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementDeclined) throws {
    self.init(agreement: try m.agreement.id(), reason: m.reason)
  }
}

extension AgreementHeldForReview {
  var message: Bureau_Facts_V1_AgreementHeldForReview {
    .with {
      $0.agreement = agreement.data
      $0.reasons = review.reasons.map(\.code)
      $0.startTimeUs = review.startTime.microseconds
      $0.expectedDate = review.expectedDate.iso
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementHeldForReview) throws {
    self.init(
      agreement: try m.agreement.id(),
      review: AgreementReview(
        reasons: m.reasons.map { ReviewReason(code: $0) }, startTime: m.startTimeUs.instant,
        expectedDate: try m.expectedDate.date()))
  }
}

extension AgreementApproved {
  var message: Bureau_Facts_V1_AgreementApproved {
    .with {
      $0.agreement = agreement.data
      $0.by = by
      $0.note = note
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementApproved) throws {
    self.init(agreement: try m.agreement.id(), by: m.by, note: m.note)
  }
}

extension AgreementRejected {
  var message: Bureau_Facts_V1_AgreementRejected {
    .with {
      $0.agreement = agreement.data
      $0.by = by
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementRejected) throws {
    self.init(agreement: try m.agreement.id(), by: m.by, reason: m.reason)
  }
}

extension ConnectionChecked {
  var message: Bureau_Facts_V1_ConnectionChecked {
    .with {
      $0.agreement = agreement.data
      if case .failed(let fault, let text) = check.finding {
        $0.fault = fault.rawValue
        $0.text = text
      }
      $0.timeUs = check.time.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_ConnectionChecked) throws {
    self.init(
      agreement: try m.agreement.id(),
      check: ConnectionCheck(
        finding: m.fault.isEmpty ? .ok : .failed(try m.fault.named(), m.text),
        time: m.timeUs.instant))
  }
}

extension AgreementNotActivated {
  var message: Bureau_Facts_V1_AgreementNotActivated {
    .with {
      $0.agreement = agreement.data
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementNotActivated) throws {
    self.init(agreement: try m.agreement.id(), reason: m.reason)
  }
}

extension AgreementTerminated {
  var message: Bureau_Facts_V1_AgreementTerminated {
    .with {
      $0.agreement = agreement.data
      $0.reason = reason
      $0.terminateTimeUs = terminateTime.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementTerminated) throws {
    self.init(
      agreement: try m.agreement.id(), reason: m.reason, terminateTime: m.terminateTimeUs.instant)
  }
}

extension AgreementStepRecorded {
  var message: Bureau_Facts_V1_AgreementStepRecorded {
    .with {
      $0.agreement = agreement.data
      $0.step = step.rawValue
      $0.date = date.iso
      $0.note = note
      $0.recordTimeUs = recordTime.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementStepRecorded) throws {
    self.init(
      agreement: try m.agreement.id(), step: try m.step.named(), date: try m.date.date(),
      note: m.note, recordTime: m.recordTimeUs.instant)
  }
}

extension AgreementConverted {
  var message: Bureau_Facts_V1_AgreementConverted {
    .with {
      $0.agreement = agreement.data
      $0.startDate = startDate.iso
      $0.convertTimeUs = convertTime.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementConverted) throws {
    self.init(
      agreement: try m.agreement.id(), startDate: try m.startDate.date(),
      convertTime: m.convertTimeUs.instant)
  }
}
