package gradcam

import (
	"context"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
)

const callExplainTasks = "MultiTaskService.Explain"

// Task is what is asked about a photo beside other tasks: TaskClasses, TaskCaption or TaskAnswers.
type Task struct {
	kind  taskKind
	asked *request
}

type taskKind int

const (
	taskClasses taskKind = iota
	taskCaption
	taskAnswers
	taskKinds
)

func newTask(kind taskKind) Task {
	return Task{kind, &request{video: &pb.VideoSettings{}, overlay: &pb.OverlayOutput{}}}
}

// TaskClasses is what Explain asks.
func TaskClasses(options ...ExplainOption) Task {
	task := newTask(taskClasses)
	for _, option := range options {
		option.applyExplain(task.asked)
	}
	return task
}

// TaskCaption is what ExplainCaption asks.
func TaskCaption(options ...ExplainCaptionOption) Task {
	task := newTask(taskCaption)
	for _, option := range options {
		option.applyExplainCaption(task.asked)
	}
	return task
}

// TaskAnswers is what ExplainAnswers asks.
func TaskAnswers(questions []Question, options ...ExplainAnswersOption) Task {
	task := newTask(taskAnswers)
	for _, option := range options {
		option.applyExplainAnswers(task.asked)
	}
	task.asked.ask(questions)
	return task
}

// ShareViewOption is how several tasks see the photo.
type ShareViewOption func(*request)

func (o ShareViewOption) applyTasks(r *request) { o(r) }

// ShareView reads classes off the view that the heads have of the photo, which costs less; scores and maps of classes differ somewhat then.
func ShareView() ShareViewOption { return func(r *request) { r.shareView = true } }

// TaskExplanations are the answers to several tasks about one photo; nil for those that were not asked for.
type TaskExplanations struct {
	Classes *Explanation
	Caption *CaptionExplanation
	// Answers has an explanation of each question.
	Answers []*AnswerExplanation
}

// ExplainTasks asks one model several things about one photo, which is sent and decoded once, and goes through the trunk once for each view:
// each kind of task once at most. Model, Fast and Priority are options of the whole call. Where the answer is cut on the way, what had
// arrived is returned with an *IncompleteError, whose Missing are the tasks without all of their maps.
func (c *Client) ExplainTasks(ctx context.Context, photo Photo, tasks []Task, options ...TasksOption) (*TaskExplanations, error) {
	asked := c.request()
	for _, option := range options {
		option.applyTasks(asked)
	}
	message := &pb.MultiTaskServiceExplainRequest{Model: asked.model, ShareView: asked.shareView}
	var places [taskKinds]int
	for place, task := range tasks {
		switch {
		case task.asked == nil:
			return nil, wrong("task %d is none: make one with TaskClasses, TaskCaption or TaskAnswers", place)
		case task.asked.err != nil:
			return nil, task.asked.err
		case task.asked.model != "" || task.asked.decoding != 0 || task.asked.priority != "":
			return nil, wrong("Model, Fast and Priority are options of the whole call, and not of task %d", place)
		case places[task.kind] != 0:
			return nil, wrong("task %d is of the same kind as task %d; several questions are one task", place, places[task.kind]-1)
		}
		places[task.kind] = place + 1
		switch task.kind {
		case taskClasses:
			message.Classification = task.asked.explain()
		case taskCaption:
			message.Captioning = task.asked.explainCaption()
		case taskAnswers:
			message.Vqa = task.asked.explainAnswers()
		}
	}
	img, err := c.prepare(photo, asked)
	if err != nil {
		return nil, err
	}
	message.Image = img
	read, err := events[*pb.MultiTaskServiceExplainResponse](asked.outgoing(ctx), c, callExplainTasks, ofMaps,
		func(ctx context.Context) (receiver[*pb.MultiTaskServiceExplainResponse], error) {
			return pb.NewMultiTaskServiceClient(c.conn).Explain(ctx, message)
		},
		func() *tasksReader { return newTasksReader(tasks) })
	return read.explanations(), err
}

// tasksReader reads the parts of several tasks' answers, which come in between each other.
type tasksReader struct {
	classes *explanationReader
	caption *captionReader
	answers *answersReader
	// parts are those of them that were asked for, in the tasks' order.
	parts []interface {
		progress() (begun bool, arrived, expected int, missing []int)
	}
}

func newTasksReader(tasks []Task) *tasksReader {
	read := &tasksReader{}
	for _, task := range tasks {
		switch task.kind {
		case taskClasses:
			read.classes = &explanationReader{asked: task.asked, call: callExplainTasks}
			read.parts = append(read.parts, read.classes)
		case taskCaption:
			read.caption = &captionReader{asked: task.asked, call: callExplainTasks}
			read.parts = append(read.parts, read.caption)
		case taskAnswers:
			read.answers = &answersReader{asked: task.asked, call: callExplainTasks}
			read.parts = append(read.parts, read.answers)
		}
	}
	return read
}

func (r *tasksReader) add(part *pb.MultiTaskServiceExplainResponse) error {
	switch event := part.GetEvent().(type) {
	case *pb.MultiTaskServiceExplainResponse_Classification:
		if r.classes != nil {
			return r.classes.add(event.Classification)
		}
	case *pb.MultiTaskServiceExplainResponse_Captioning:
		if r.caption != nil {
			return r.caption.add(event.Captioning)
		}
	case *pb.MultiTaskServiceExplainResponse_Vqa:
		if r.answers != nil {
			return r.answers.add(event.Vqa)
		}
	default:
		return nil
	}
	return broken(callExplainTasks, "an answer came to a task that was not asked")
}

func (r *tasksReader) progress() (begun bool, arrived, expected int, missing []int) {
	known := true
	for place, part := range r.parts {
		has, came, all, _ := part.progress()
		begun = begun || has
		arrived += came
		expected += all
		if known = known && has; !has || came != all {
			missing = append(missing, place)
		}
	}
	if !known {
		expected = -1
	}
	return begun, arrived, expected, missing
}

func (r *tasksReader) explanations() *TaskExplanations {
	found := &TaskExplanations{}
	if r.classes != nil {
		found.Classes = r.classes.explanation
	}
	if r.caption != nil {
		found.Caption = r.caption.explanation
	}
	if r.answers != nil {
		found.Answers = r.answers.explanations
	}
	if found.Classes == nil && found.Caption == nil && found.Answers == nil {
		return nil
	}
	return found
}
