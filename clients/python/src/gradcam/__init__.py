"""A client of GradCamGrpc: what is on a photo, and where a network saw it.

    with gradcam.Client("127.0.0.1:50051") as client:
        why = client.explain("cat.jpg", "tabby")
        why.overlay().save("why.png")

``AsyncClient`` has the same calls, awaited. ``gradcam.tasks`` has what ``explain_tasks`` asks. The messages and stubs of the API are in ``gradcam.v1``.
"""

from gradcam import tasks as tasks
from gradcam.aio import AsyncClient as AsyncClient
from gradcam.calls import Frame as Frame
from gradcam.calls import FramePolicy as FramePolicy
from gradcam.calls import Priority as Priority
from gradcam.client import Client as Client
from gradcam.errors import BrokenAnswer as BrokenAnswer
from gradcam.errors import Cancelled as Cancelled
from gradcam.errors import ClientClosed as ClientClosed
from gradcam.errors import DeadlineExceeded as DeadlineExceeded
from gradcam.errors import GradCamError as GradCamError
from gradcam.errors import InvalidArgument as InvalidArgument
from gradcam.errors import NotFound as NotFound
from gradcam.errors import PermissionDenied as PermissionDenied
from gradcam.errors import ResourceExhausted as ResourceExhausted
from gradcam.errors import TooLarge as TooLarge
from gradcam.errors import Unauthenticated as Unauthenticated
from gradcam.errors import Unavailable as Unavailable
from gradcam.errors import Unimplemented as Unimplemented
from gradcam.errors import Violation as Violation
from gradcam.evidence import ClassComparison as ClassComparison
from gradcam.evidence import ComparedModel as ComparedModel
from gradcam.evidence import Evaluation as Evaluation
from gradcam.evidence import MapEvidence as MapEvidence
from gradcam.evidence import Measure as Measure
from gradcam.evidence import MethodSimilarity as MethodSimilarity
from gradcam.evidence import Perturbation as Perturbation
from gradcam.evidence import PhotoExplanation as PhotoExplanation
from gradcam.evidence import Pointing as Pointing
from gradcam.evidence import RankedClass as RankedClass
from gradcam.evidence import SanityCheck as SanityCheck
from gradcam.evidence import SanityCheckpoint as SanityCheckpoint
from gradcam.evidence import ScoreCurve as ScoreCurve
from gradcam.methods import METHODS as METHODS
from gradcam.photo import Photo as Photo
from gradcam.results import AnswerExplanation as AnswerExplanation
from gradcam.results import Answers as Answers
from gradcam.results import Attention as Attention
from gradcam.results import Caption as Caption
from gradcam.results import CaptionExplanation as CaptionExplanation
from gradcam.results import CaptionWord as CaptionWord
from gradcam.results import Captions as Captions
from gradcam.results import ClassScore as ClassScore
from gradcam.results import Explanation as Explanation
from gradcam.results import FrameResult as FrameResult
from gradcam.results import Head as Head
from gradcam.results import Layer as Layer
from gradcam.results import Map as Map
from gradcam.results import Model as Model
from gradcam.results import PhotoResult as PhotoResult
from gradcam.results import Prediction as Prediction
from gradcam.results import RankedAnswer as RankedAnswer
from gradcam.results import Rectangle as Rectangle
from gradcam.results import Size as Size
from gradcam.results import TaskExplanations as TaskExplanations
from gradcam.retry import Retry as Retry
from gradcam.targets import Answer as Answer
from gradcam.targets import Best as Best
from gradcam.targets import Class as Class
from gradcam.targets import Question as Question
from gradcam.targets import Sum as Sum
from gradcam.targets import WholeCaption as WholeCaption
from gradcam.targets import Word as Word
from gradcam.targets import Words as Words
from gradcam.tasks import Fusion as Fusion
from gradcam.tasks import Grid as Grid
from gradcam.tasks import Smoothing as Smoothing
from gradcam.tasks import Task as Task
from gradcam.tasks import Values as Values
from gradcam.version import VERSION as __version__
